// Hand the code to the frame that opened this tab, and to no page of another site.

if (window.opener) {
  const { code } = document.querySelector("#frame-code").dataset;
  window.opener.postMessage({ code }, location.origin);
  window.close();
}
