// The scripts of the page of one call.

import "./copy.js";
import "./keys.js";
