# Prints the figures of a run as tables, one row a workload and one column a
# side: first the medians, then the medians of the ratios to each baseline,
# which are taken within a round. Input: workload, round, side, figure.
# Variables: unit, more (1 where a higher figure is better), sides, bases.

{
	if (!($1 in seen))
	{
		seen[$1] = 1
		workload[++workloads] = $1
	}
	figure[$1, $2, $3] = $4
	if ($2 > rounds)
		rounds = $2
}

# The sorted values of list[1..n] are in sorted[] afterwards.
function sort_values(list, n,    i, j, v)
{
	for (i = 1; i <= n; i++)
	{
		v = list[i]
		for (j = i - 1; j >= 1 && sorted[j] > v; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = v
	}
}

function median(n)
{
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# One cell: the median of the side's figures, or of their ratios to base.
function cell(w, side, base,    r, n, list, f)
{
	n = 0
	for (r = 1; r <= rounds; r++)
	{
		if (!((w, r, side) in figure))
			continue
		f = figure[w, r, side]
		if (base != "")
		{
			if (!((w, r, base) in figure))
				continue
			f /= figure[w, r, base]
		}
		list[++n] = f
	}
	if (n == 0)
		return "-"
	sort_values(list, n)
	if (base == "")
		return more ? sprintf("%.0f", median(n)) : sprintf("%.2f", median(n))
	if (n == 1)
		return sprintf("%.2f", median(n))
	return sprintf("%.2f [%.2f - %.2f]", median(n), sorted[1], sorted[n])
}

# One table, of the sides and workloads for which there is a figure.
function table(title, base,    i, w, n, head, rule, line, text, any)
{
	head = "| workload |"
	rule = "|---|"
	n = 0
	for (i = 1; i <= columns; i++)
	{
		any = 0
		for (w = 1; w <= workloads; w++)
			if ((text[w, i] = cell(workload[w], side[i], base)) != "-")
				any = 1
		if (any)
		{
			shown[++n] = i
			head = head " " side[i] " |"
			rule = rule "---|"
		}
	}
	printf "\n%s\n\n%s\n%s\n", title, head, rule
	for (w = 1; w <= workloads; w++)
	{
		line = "| " workload[w] " |"
		any = 0
		for (i = 1; i <= n; i++)
		{
			if (text[w, shown[i]] != "-")
				any = 1
			line = line " " text[w, shown[i]] " |"
		}
		if (any)
			print line
	}
}

END {
	columns = split(sides, side, " ")
	table(unit (more ? " (more is better)" : " (less is better)"), "")
	n = split(bases, base, " ")
	for (b = 1; b <= n; b++)
		table(unit " / " unit " of " base[b], base[b])
}
