# Turns SQL that install() runs into a C header.
#
# Usage: awk -v type=InstallChapter -v name=install_chapters -f tools/embed.awk
#            sql/install/10-catalogue.sql ... > src/install_sql.h
# The header holds an array of {name of the file, its text}, in the order given.

FNR == 1 {
	if (NR == 1)
		print "/* Made by tools/embed.awk from sql/install; do not edit. */"
	else
		print ";"
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.sql$/, "", file)
	symbol = name "_" file
	gsub(/[^A-Za-z0-9_]/, "_", symbol)
	files = files "\t{\"" file "\", " symbol "},\n"
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
	print "static const " type " " name "[] = {"
	printf "%s", files
	print "};"
}
