; https://docs.rs/reqwest/latest/reqwest/struct.Client.html

; reqwest::get("https://billing/users")
((call_expression function: (scoped_identifier name: (identifier) @_verb) @callee arguments: (arguments . (_) @url)) @request
 (#eq? @_verb "get")
 (#binds? @callee "reqwest.get" "reqwest.blocking.get")
 (#set! method "GET"))

; client.post(url), self.http.get(format!("{base}/users/{id}"))
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @url .)) @request
 (#mentions? "reqwest")
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head")
 (#set! method @_verb)
 (#set! syntax "address"))

; client.request(Method::POST, url)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_call)
   arguments: (arguments . (scoped_identifier name: (identifier) @_verb) . (_) @url .)) @request
 (#mentions? "reqwest")
 (#eq? @_call "request")
 (#any-of? @_verb "GET" "POST" "PUT" "DELETE" "PATCH" "HEAD")
 (#set! method @_verb)
 (#set! syntax "address"))

; client.request(method, url)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_call)
   arguments: (arguments . (identifier) . (_) @url .)) @request
 (#mentions? "reqwest")
 (#eq? @_call "request")
 (#set! method "ANY")
 (#set! syntax "address"))
