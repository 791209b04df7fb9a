// A certified OpenID Connect provider (the package oidc-provider) for tests: whoever enters a name is that user.
// usage: node provider.mjs PACKAGE_JSON     prints its issuer once it listens; answers 503
// Each line on its input is JSON: {"redirect_uri": "...", "groups": {"maria": ["admins"]}}. From then on it knows this
// client and these groups, and signs with a new key; it prints "ready".
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2]);
const { Provider } = await import(require.resolve("oidc-provider"));

let keys = 0;
let answer = (_request, response) => response.writeHead(503).end();

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: `key-${++keys}`, use: "sig", alg: "RS256" };
}

function providerOf(issuer, { redirect_uri, groups }) {
  const account = (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: `subject of ${id}`, preferred_username: id, groups: groups[id] ?? [] }),
  });
  return new Provider(issuer, {
    clients: [{ client_id: "onwatch", client_secret: "a secret of tests", redirect_uris: [redirect_uri] }],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
    cookies: { keys: ["of tests"] },
    findAccount: account,
    jwks: { keys: [newKey()] },
    pkce: { required: () => true },
  });
}

const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  // Another site than 127.0.0.1, where Onwatch is: cookies of one are not sent from the other.
  const issuer = `http://localhost:${server.address().port}`;
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      answer = providerOf(issuer, JSON.parse(line)).callback();
      console.log("ready");
    })
    .on("close", () => process.exit());
  console.log(issuer);
});
