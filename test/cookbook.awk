# Prints the recipes of docs/cookbook.md for COPY: title, kind, rule, learner,
# facts, closed, decision; a line for each line of a table, and one without a
# learner for each recipe that is run as SQL.

BEGIN { FS = " [|] "; OFS = "\t" }
/^### / { title = substr($0, 5); kind = rule = "\\N"; next }
/^```(passing|award)-rule$/ { kind = $0; gsub(/```|-rule/, "", kind); getline rule; next }
/^```sql$/ { print title, "sql", rule, "\\N", "\\N", "\\N", "\\N" }
/^[|].*`{/ {
	facts = $2
	sub(/^`/, "", facts)
	closed = sub(/`, closed$/, "", facts)
	sub(/`$/, "", facts)
	sub(/ [|]$/, "", $3)
	print title, kind, rule, substr($1, 3), facts, closed, $3
}
