; https://docs.prefect.io/v3/develop/write-flows

; @flow
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#mentions? "prefect")
 (#eq? @_name "flow")
 (#binds? @callee "prefect.flow" "prefect.flows.flow"))

; @flow(name="nightly")
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#mentions? "prefect")
 (#eq? @_name "flow")
 (#binds? @callee "prefect.flow" "prefect.flows.flow")
 (#argument! name @job "name"))

; nightly.serve(name="nightly", cron="0 3 * * *"), nightly.deploy(…)
((call function: (attribute object: (_) @handler attribute: (identifier) @_verb)) @job
 (#mentions? "prefect")
 (#any-of? @_verb "serve" "deploy" "to_deployment")
 (#argument! name @job 0 "name")
 (#argument! schedule @job "cron" "schedule" "interval"))
