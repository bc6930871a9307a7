; https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html

; with DAG("nightly", schedule="@daily")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job
 (#mentions? "airflow")
 (#eq? @_name "DAG")
 (#binds? @callee "airflow.DAG" "airflow.models.DAG" "airflow.models.dag.DAG" "airflow.sdk.DAG")
 (#argument! name @job 0 "dag_id")
 (#argument! schedule @job "schedule" "schedule_interval" "timetable"))

; @dag(schedule="@daily")
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#mentions? "airflow")
 (#eq? @_name "dag")
 (#binds? @callee "airflow.decorators.dag" "airflow.sdk.dag" "airflow.models.dag.dag")
 (#argument! name @job 0 "dag_id")
 (#argument! schedule @job "schedule" "schedule_interval" "timetable"))

; @task
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#mentions? "airflow")
 (#eq? @_name "task")
 (#binds? @callee "airflow.decorators.task" "airflow.sdk.task"))

; @task(task_id="load"), @task.branch()
((decorated_definition
   (decorator (call function: [
     (identifier) @_name
     (attribute attribute: (identifier) @_name)
     (attribute object: (identifier) @_name)
   ] @callee) @job)
   definition: (_) @handler)
 (#mentions? "airflow")
 (#eq? @_name "task")
 (#binds? @callee "airflow.decorators.task" "airflow.decorators.task.*" "airflow.sdk.task" "airflow.sdk.task.*")
 (#argument! name @job "task_id"))

; PythonOperator(task_id="load", python_callable=load)
((call
   function: (_) @callee
   arguments: (argument_list (keyword_argument name: (identifier) @_callable value: (_) @handler))) @job
 (#mentions? "airflow")
 (#eq? @_callable "python_callable")
 (#argument! name @job 0 "task_id")
 (#argument! receiver @job "dag"))

; BashOperator(task_id="load", bash_command="manage.py load")
((call
   function: (_) @callee
   arguments: (argument_list (keyword_argument name: (identifier) @_command value: (_) @text))) @job
 (#mentions? "airflow")
 (#eq? @_command "bash_command")
 (#argument! name @job 0 "task_id")
 (#argument! receiver @job "dag"))

; KubernetesPodOperator(task_id="load", arguments=["manage.py", "load"])
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job
 (#mentions? "airflow")
 (#any-of? @_name "KubernetesPodOperator" "GKEStartPodOperator" "EksPodOperator" "DockerOperator" "EcsRunTaskOperator")
 (#argument! name @job 0 "task_id")
 (#argument! text @job "arguments" "cmds" "command")
 (#argument! receiver @job "dag"))

; SQLExecuteQueryOperator(task_id="load", sql="insert …"): the statement is the task
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job
 (#mentions? "airflow")
 (#any-of? @_name "SQLExecuteQueryOperator" "PostgresOperator" "MySqlOperator" "SqliteOperator" "SnowflakeOperator"
   "MsSqlOperator" "OracleOperator" "RedshiftSQLOperator" "TrinoOperator" "BigQueryOperator"
   "BigQueryExecuteQueryOperator" "BigQueryInsertJobOperator" "SQLColumnCheckOperator" "SQLTableCheckOperator"
   "SQLCheckOperator" "SqlSensor")
 (#binds? @callee "airflow.*")
 (#argument! name @job 0 "task_id")
 (#argument! receiver @job "dag"))
