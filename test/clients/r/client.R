# R's DBI with RPostgreSQL: data frames, dates as Date, logicals as logical.

suppressMessages(library(DBI))
name <- Sys.getenv("CLIENT_NAME")
reason <- "Oral exam: \"tr\u00e8s bien\" \u2013 100 %"
count <- 0
failed <- 0
ok <- function(right, what, ...) {
  count <<- count + 1
  right <- isTRUE(right)
  if (!right) failed <<- failed + 1
  cat(sprintf("%s %d - %s: %s\n", if (right) "ok" else "not ok", count, name, what))
  if (!right) for (detail in list(...)) cat(paste0("# ", capture.output(print(detail))), sep = "\n")
}
same <- function(got, wanted, what) ok(identical(got, wanted), what, got, wanted)

# A column as psql's COPY writes it.
text <- function(column) {
  words <- if (is.logical(column)) ifelse(column, "t", "f")
    else if (inherits(column, "Date")) format(column, "%Y-%m-%d")
    else if (inherits(column, "POSIXct")) {
      thousandths <- floor(as.numeric(column) * 1000 + 0.0005)
      sprintf("%s.%03d", format(as.POSIXct(thousandths %/% 1000, origin = "1970-01-01", tz = "UTC"), "%Y-%m-%dT%H:%M:%S", tz = "UTC"), as.integer(thousandths %% 1000))
    }
    else if (is.numeric(column)) format(column, digits = 15, trim = TRUE, drop0trailing = TRUE, scientific = FALSE)
    else gsub("\\", "\\\\", as.character(column), fixed = TRUE)
  ifelse(is.na(column), "\\N", words)
}
lines <- function(frame) if (nrow(frame) == 0) character() else do.call(paste, c(lapply(frame, function(column) enc2utf8(text(column))), sep = "\t"))
expected <- function(file) readLines(file.path(Sys.getenv("CLIENT_DIR"), paste0(file, ".tsv")), encoding = "UTF-8")

db <- dbConnect(RPostgreSQL::PostgreSQL(), user = Sys.getenv("PGUSER"), dbname = Sys.getenv("PGDATABASE"))
invisible(dbGetQuery(db, "SET client_encoding = 'UTF8'"))
utf8 <- function(frame) {
  for (column in names(frame)) if (is.character(frame[[column]])) Encoding(frame[[column]]) <- "UTF-8"
  frame
}
query <- function(sql, ...) utf8(dbGetQuery(db, sql, if (...length() > 0) list(...)))
results <- "SELECT row_key, event_id, learner_id, learner_name, account_id, account_name, sessions, attended, attendance_percent,
  paid, outcome, source, decided_at, waiting_for FROM achieve.results_tab WHERE event_id = $1"
achievements <- "SELECT row_key, learner_id, achievement_type, state, active, number, issued_at, valid_from, expires_on, last_valid_on,
  waiting_for FROM achieve.achievements_tab WHERE event_id = $1 ORDER BY row_key"

rows <- query(paste(results, "ORDER BY learner_id"), 1L)
same(lines(rows), expected("results"), "lists the Results tab")
ok(is.numeric(rows$event_id) && is.integer(rows$sessions) && is.numeric(rows$attendance_percent) && is.logical(rows$paid)
  && inherits(rows$decided_at, "POSIXct"), "the values have types of their own", lapply(rows, class))
same(lines(query(paste(results, "AND outcome = $2 AND account_id = $3 ORDER BY learner_id"), 1L, "passed", 2L)), expected("filtered"),
  "filters by outcome and account")
tab <- query(achievements, 1L)
same(lines(tab), expected("achievements"), "lists the Achievements tab")
ok(inherits(tab$valid_from, "Date") && inherits(tab$expires_on, "Date") && anyNA(tab$expires_on) && all(is.finite(na.omit(tab$expires_on))),
  "its dates are dates, and no end is NA", lapply(tab, class))
same(lines(query("SELECT event_id, code, passing_rule::text FROM achieve.event ORDER BY event_id")), expected("rules"), "reads rules as text")
pages <- do.call(c, lapply(c(0L, 2L, 4L), function(skip) lines(query(paste(results, "ORDER BY learner_id LIMIT $2 OFFSET $3"), 1L, 2L, skip))))
same(pages, lines(rows), "pages by LIMIT and OFFSET")
found <- character()
last <- 0L
while (nrow(page <- query(paste(results, "AND learner_id > $2 ORDER BY learner_id LIMIT 4"), 1L, last)) > 0) {
  found <- c(found, lines(page))
  last <- as.integer(tail(page$learner_id, 1))
}
same(found, lines(rows), "pages by the last key seen")

invisible(dbBegin(db))
invisible(query("SELECT achieve.set_context($1)", name))
same(query("UPDATE achieve.event SET passing_rule = $1 WHERE event_id = $2 RETURNING passing_rule::text", "ATTENDED>=2 or score(final)>=50", 2L)[[1]],
  "attended >= 2 or score(final) >= 50", "writes a rule as a string")
invisible(query("INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES ($1, $2, $3, $4, $5) RETURNING status", 2L, 3L, 2L, "late", name))
same(query("SELECT outcome FROM achieve.result WHERE event_id = $1 AND learner_id = $2", 2L, 3L)$outcome, "passed", "a mark makes a learner pass at once")
invisible(query("SELECT achieve.set_result($1, $2, $3, $4)", 1L, 5L, "passed", reason))
invisible(dbCommit(db))
audit <- query("SELECT actor, reason, new_value FROM achieve.audit_tab WHERE event_id = $1 AND learner_id = $2 AND action = $3", 1L, 5L, "result.set")
same(lines(audit[1:2]), paste(name, reason, sep = "\t"), "reads the audit")
ok(startsWith(audit$new_value, "{\""), "its values are JSON", audit$new_value)
suppressWarnings(query("UPDATE achieve.event SET passing_rule = $1 WHERE event_id = $2", "absense <= 2", 2L))
ok(grepl("unknown fact \"absense\"", dbGetException(db)$errorMsg, fixed = TRUE), "a bad rule is refused", dbGetException(db))
invisible(dbDisconnect(db))
cat(sprintf("1..%d\n", count))
quit(status = as.integer(failed > 0))
