library(DBI)
db <- dbConnect(RPostgreSQL::PostgreSQL(), user = Sys.getenv("PGUSER"), dbname = Sys.getenv("PGDATABASE"))
invisible(dbGetQuery(db, "SET client_encoding = 'UTF8'"))

invisible(dbBegin(db))
invisible(dbGetQuery(db, "SELECT achieve.set_context($1)", list("Ingrid Solberg")))
invisible(dbGetQuery(db, "INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
                          VALUES ($1, $2, $3, $4) RETURNING status", list(2L, 1L, 2L, "present")))
invisible(dbCommit(db))
tab <- dbGetQuery(db, "SELECT learner_name, account_name, outcome FROM achieve.results_tab
                       WHERE event_id = $1 AND outcome = $2 ORDER BY learner_id", list(1L, "passed"))
cat(sprintf("%s, %s: %s\n", tab$learner_name, tab$account_name, tab$outcome), sep = "")
invisible(dbDisconnect(db))
