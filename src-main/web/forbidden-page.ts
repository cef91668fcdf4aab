// The one page that is served without the token: says where the address with the token stands.

export const forbiddenPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Syncline: address incomplete</title>
<style>
:root { color-scheme: dark light; --ground: #0b1020; --text: #e6ebf5; --soft: #93a0b8; --line: #25304a; --teal: #2dd4bf }
@media (prefers-color-scheme: light) { :root { --ground: #f7f9fc; --text: #17203a; --soft: #566280; --line: #d5dcea; --teal: #0f766e } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif }
main { max-width: 34rem; margin: 2rem; padding: 2rem 2.25rem; border: 1px solid var(--line); border-radius: 12px;
  border-left: 3px solid var(--teal) }
h1 { margin: 0 0 .75rem; font-size: 1.25rem; font-weight: 600 }
p { margin: .5rem 0 0; color: var(--soft) }
code { font-family: ui-monospace, monospace; color: var(--text) }
</style>
</head>
<body>
<main>
<h1>This address is not complete</h1>
<p>Syncline opens only with the token that it printed when it started. Copy the whole address from the terminal:</p>
<p><code>http://127.0.0.1:…/?token=…</code></p>
</main>
</body>
</html>
`;
