# Turns a page of docs into a psql script that runs its SQL blocks in order and
# compares what they print with the block of text that follows them, if any.
#
# Usage: awk -v name=tutorial -f test/page.awk docs/tutorial.md > results/tutorial.sql
# Writes results/NAME.N.shown beside it. A block is ```sql; what it prints is
# in the next ``` block without a language, before the next ```sql. Spaces at
# the end of lines and empty lines don't count. With -v some=1 the text may
# leave out some of what is printed, and has to be in its order.

function compare()
{
	print "\\o"
	printf "\\! sed 's/ *$//; /^$/d' results/%s.%d.printed | diff results/%s.%d.shown - %s && echo same\n", name, block, name, block,
		some ? "| awk '/^</ { print; missing = 1 } END { exit missing }'" : ""
}

BEGIN {
	print "\\set ECHO none"
	print "\\pset linestyle ascii"
}

/^```sql$/ {
	block++
	sql = 1
	printf "\\o results/%s.%d.printed\n", name, block
	next
}
/^```$/ && sql { sql = 0; waiting = 1; print "\\o"; next }
/^```$/ && shown { shown = 0; waiting = 0; close(file); compare(); next }
/^```$/ && waiting {
	shown = 1
	file = "results/" name "." block ".shown"
	printf "" > file
	next
}
/^```/ { waiting = 0; next }
sql { print; next }
shown { sub(/ *$/, ""); if ($0 != "") print > file }

END {
	print "\\set ECHO all"
}
