; A file that is run by its name: https://docs.python.org/3/library/__main__.html

; if __name__ == "__main__": main()
((if_statement
   condition: (comparison_operator (identifier) @_name (string (string_content) @_main))) @command
 (#eq? @_name "__name__")
 (#eq? @_main "__main__")
 (#set! name "file"))
