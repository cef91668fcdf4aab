// The page's content security policy, the same in both shells: own files only, no inline script, nothing outbound.

/** What may also stand in a `<meta>` of the page itself: a file:// page has no headers. */
export const pagePolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** With what only a header can say. */
export const headerPolicy = `${pagePolicy}; frame-ancestors 'none'`;
