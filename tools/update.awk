# Makes an update script: what a new extension script has that an older one has
# not.
#
#   awk -v from=1.0 -v to=1.1 -f tools/update.awk OLD NEW > achieve--1.0--1.1.sql
#
# Statements are compared as text; each ends at the end of a line. New ones are
# taken as they are, so that they fail where something of that name is already
# there; a function of which only the body or the like has changed is replaced.
# Commands (SET, DO) are taken always. Fails where something has been removed
# or has got another signature: such a script is written by hand.

# What a statement makes, without how: CREATE FUNCTION achieve.f(a bigint) RETURNS text
function head(text) {
	if (text !~ /^CREATE FUNCTION /)
		return text
	sub(/[ \t\n]+(AS|LANGUAGE|RETURN)[ \t\n].*/, "", text)
	return text
}

# Whether the statement goes on after this line: in quotes, or in a body.
function goes_on(line,    rest, tag) {
	rest = line
	while (rest != "") {
		if (quote == "") {
			if (!match(rest, /'|--|\$[a-z_]*\$/))
				break
			tag = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			if (tag == "--")
				break
			quote = tag
		} else {
			if ((at = index(rest, quote)) == 0)
				break
			rest = substr(rest, at + length(quote))
			quote = ""
		}
	}
	if (line ~ /^BEGIN ATOMIC/)
		atomic = 1
	else if (line ~ /^END;/)
		atomic = 0
	return quote != "" || atomic || line !~ /;[ \t]*(--.*)?$/
}

function take(remarks, text,    made) {
	if (NR == FNR) {
		old[text] = 1
		if (text ~ /^CREATE /)
			heads[head(text)] = 1
		return
	}
	made = head(text)
	seen[made] = 1
	if (text ~ /^(SET|DO) /)
		print remarks text
	else if (!(text in old)) {
		if (text ~ /^CREATE FUNCTION / && made in heads) {
			sub(/^CREATE/, "CREATE OR REPLACE", text)
		}
		print remarks text
	}
}

FNR == 1 && NR != FNR {
	printf "\\echo Use \"ALTER EXTENSION achieve UPDATE\" to load this file. \\quit\n\n"
	printf "-- From achieve %s to %s. What is new is created, and not adopted where it is\n", from, to
	printf "-- there already. OR REPLACE stands only where the function is there since\n"
	printf "-- %s: it is the extension's own, else PostgreSQL refuses to replace it.\n\n", from
}

/^\\/ {
	next
}

statement == "" && (/^--/ || /^[ \t]*$/) {
	# a blank line ends remarks about the whole chapter
	remarks = /^--/ ? remarks $0 "\n" : ""
	next
}

{
	statement = statement == "" ? $0 : statement "\n" $0
	if (!goes_on($0)) {
		take(remarks, statement)
		statement = remarks = ""
	}
}

END {
	for (made in heads)
		if (!(made in seen)) {
			print "not in " to " as it was in " from ": " made > "/dev/stderr"
			failed = 1
		}
	exit failed
}
