; https://docs.rs/reqwest/latest/reqwest/struct.Client.html

; reqwest::get("https://billing/users")
((call_expression function: (scoped_identifier name: (identifier) @_verb) @callee arguments: (arguments . (_) @url)) @request
 (#eq? @_verb "get")
 (#binds? @callee "reqwest.get" "reqwest.blocking.get")
 (#set! method "GET"))

; client.post("https://billing/users"), client.get(format!("{base}/users/{id}"))
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @url)) @request
 (#mentions? "reqwest")
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head")
 (#match? @url "^&?(format!\\()?\"(https?://|\\{)")
 (#set! method @_verb))
