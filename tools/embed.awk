# Turns the chapters of install() into a C header.
#
# Usage: awk -f tools/embed.awk sql/install/10-catalogue.sql ... > src/install_sql.h
# The header holds one string per chapter, in the order given.

FNR == 1 {
	if (NR == 1)
		print "/* Made by tools/embed.awk from sql/install; do not edit. */"
	else
		print ";"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.sql$/, "", name)
	symbol = "chapter_" name
	gsub(/[^A-Za-z0-9_]/, "_", symbol)
	chapters = chapters "\t{\"" name "\", " symbol "},\n"
	print ""
	print "static const char " symbol "[] ="
}

{
	line = $0
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\\&", line)
	gsub(/\t/, "\\t", line)
	print "\"" line "\\n\""
}

END {
	print ";\n"
	print "static const InstallChapter install_chapters[] = {"
	printf "%s", chapters
	print "};"
}
