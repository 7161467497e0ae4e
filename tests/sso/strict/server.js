// The strict provider of OpenID Connect, npm's oidc-provider, on a free port, which is printed.
// Whoever signs in as "ana" is ana; their groups are what stands after a "+": "ana+sales".

import { createServer } from "node:http";
import process from "node:process";
import Provider from "oidc-provider";

console.warn = console.info = () => {}; // It warns of what only development may do.

const claims = (sub) => {
  const [name, ...groups] = sub.split("+");
  return { sub: name, preferred_username: name, email: `${name}@example.org`, groups };
};
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    claims: { profile: ["preferred_username"], email: ["email"], groups: ["groups"] },
    scopes: ["openid", "profile", "email", "groups"],
    clients: [
      {
        client_id: "dashboard",
        client_secret: "word-of-the-dashboard",
        redirect_uris: ["http://testserver/accounts/oidc/callback/"],
        post_logout_redirect_uris: ["http://testserver/accounts/login/"],
      },
    ],
    cookies: { keys: ["of this process"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => claims(id) }),
  });
  server.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});
