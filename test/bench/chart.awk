# Draws the figures of a run as SVG: how many times as fast as the expert's
# PL/pgSQL (P2; the nightly batch P3 where P2 has no part in it) achieve is, and
# the bare tables are. One row a workload, a logarithmic axis. Input: files of
# "workload round side figure"; in those named writes* more is better.

BEGIN { FS = "\t" }

FNR == 1 { more = FILENAME ~ /writes[^\/]*$/ }

{
	if (!($1 in seen))
	{
		seen[$1] = 1
		workload[++workloads] = $1
	}
	figure[$1, $2, $3] = $4
	better[$1] = more
	if ($2 > rounds)
		rounds = $2
}

# The median over the rounds of how many times as fast as "base" a side is; 0: unknown.
function times_as_fast(w, side, base,    r, n, i, j, v, list)
{
	n = 0
	for (r = 1; r <= rounds; r++)
	{
		if (!((w, r, side) in figure) || !((w, r, base) in figure) || figure[w, r, side] <= 0 || figure[w, r, base] <= 0)
			continue
		v = better[w] ? figure[w, r, side] / figure[w, r, base] : figure[w, r, base] / figure[w, r, side]
		for (j = ++n; j > 1 && list[j - 1] > v; j--)
			list[j] = list[j - 1]
		list[j] = v
	}
	if (n == 0)
		return 0
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# Where a ratio is on the axis, from 1/16 to 64.
function x(ratio)
{
	if (ratio < 1 / 16)
		ratio = 1 / 16
	if (ratio > 64)
		ratio = 64
	return left + (log(ratio) / log(2) + 4) * step
}

function shown(ratio)
{
	return sprintf(ratio < 10 ? "%.1f" : "%.0f", ratio)
}

END {
	left = 290
	step = 40
	row = 34
	n = 0
	for (i = 1; i <= workloads; i++)
	{
		w = workload[i]
		base[w] = times_as_fast(w, "achieve", "P2") ? "P2" : "P3"
		if (times_as_fast(w, "achieve", base[w]))
			line[++n] = w
	}
	height = 70 + n * row
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 %d\" role=\"img\" aria-label=\"How many times as fast as PL/pgSQL achieve is\">\n", height
	print "<style>text{font:13px system-ui,sans-serif;fill:#1f2937}.n{fill:#6b7280}.a{fill:#2563eb}.l{stroke:#9ca3af;stroke-width:3}.g{stroke:#e5e7eb}.o{stroke:#6b7280}"
	print "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.n{fill:#9ca3af}.a{fill:#60a5fa}.g{stroke:#374151}}</style>"
	for (p = -2; p <= 5; p++)
	{
		printf "<line class=\"%s\" x1=\"%d\" y1=\"34\" x2=\"%d\" y2=\"%d\"/>\n", p == 0 ? "o" : "g", x(2 ^ p), x(2 ^ p), height - 30
		printf "<text class=\"n\" text-anchor=\"middle\" x=\"%d\" y=\"26\">%s</text>\n", x(2 ^ p), p < 0 ? "1/" 2 ^ -p : 2 ^ p
	}
	for (i = 1; i <= n; i++)
	{
		w = line[i]
		y = 40 + (i - 1) * row
		r = times_as_fast(w, "achieve", base[w])
		a = x(r < 1 ? r : 1)
		b = x(r < 1 ? 1 : r)
		printf "<text text-anchor=\"end\" x=\"%d\" y=\"%d\">%s%s</text>\n", left - 8, y + 16, w, base[w] == "P3" ? " (of P3)" : ""
		printf "<rect class=\"a\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\" rx=\"2\"/>\n", a, y + 2, b - a
		floor = times_as_fast(w, "L0", base[w])
		at = floor && x(floor) > b - 6 && x(floor) < b + 34 ? x(floor) : b
		printf "<text x=\"%d\" y=\"%d\">%s</text>\n", at + 6, y + 16, shown(r)
		if (floor)
			printf "<line class=\"l\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", x(floor), y, x(floor), y + 22
	}
	printf "<text class=\"n\" x=\"16\" y=\"%d\">Bars: achieve, times as fast as P2, the expert’s PL/pgSQL (1). Strokes: L0, the same tables with nothing kept up.</text>\n", height - 10
	print "</svg>"
}
