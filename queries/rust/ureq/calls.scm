; https://docs.rs/ureq/latest/ureq/

; ureq::post("https://billing/users")
((call_expression function: (scoped_identifier name: (identifier) @_verb) @callee arguments: (arguments . (_) @url .)) @request
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head")
 (#binds? @callee "ureq.get" "ureq.post" "ureq.put" "ureq.delete" "ureq.patch" "ureq.head" "surf.get" "surf.post" "surf.put"
   "surf.delete" "surf.patch" "isahc.get" "isahc.get_async" "minreq.get" "minreq.post" "minreq.put" "minreq.delete")
 (#set! method @_verb))

; agent.post("https://billing/users"), awc::Client::default().get(url)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @url .)) @request
 (#mentions? "ureq" "awc" "surf")
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head")
 (#set! method @_verb)
 (#set! syntax "address"))
