; https://requests.readthedocs.io/en/latest/api/
; https://www.python-httpx.org/api/

; requests.get("https://billing/users")
((call function: (attribute attribute: (identifier) @_verb) @callee) @request
 (#mentions? "requests" "httpx" "aiohttp")
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head" "options")
 (#binds? @callee
   "requests.get" "requests.post" "requests.put" "requests.delete" "requests.patch" "requests.head" "requests.options"
   "requests.api.get" "requests.api.post"
   "httpx.get" "httpx.post" "httpx.put" "httpx.delete" "httpx.patch" "httpx.head" "httpx.options")
 (#argument! url @request 0 "url")
 (#set! method @_verb))

; session.get("/users")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @request
 (#mentions? "requests" "httpx" "aiohttp")
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head" "options")
 (#instance? @receiver "requests.Session" "requests.sessions.Session" "httpx.Client" "httpx.AsyncClient" "aiohttp.ClientSession"
   "aiohttp.client.ClientSession")
 (#argument! url @request 0 "url")
 (#set! method @_verb))

; requests.request("GET", url)
((call function: (attribute attribute: (identifier) @_verb) @callee) @request
 (#mentions? "requests" "httpx" "aiohttp")
 (#eq? @_verb "request")
 (#binds? @callee "requests.request" "requests.api.request" "httpx.request")
 (#argument! method @request 0 "method")
 (#argument! url @request 1 "url"))

; session.request("GET", url)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @request
 (#mentions? "requests" "httpx" "aiohttp")
 (#any-of? @_verb "request" "stream")
 (#instance? @receiver "requests.Session" "requests.sessions.Session" "httpx.Client" "httpx.AsyncClient" "aiohttp.ClientSession")
 (#argument! method @request 0 "method")
 (#argument! url @request 1 "url"))
