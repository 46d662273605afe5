-- A report of one event, as a page that stands alone.
--
-- Everything comes from the views, so the caller sees what the views show.
-- html_text() is the only way for a value into the page, and html_words() for
-- the engine's own words; both are well-formed XML as well as HTML. The parts
-- named html_* and report_style() are not for use by apps.

CREATE FUNCTION achieve.html_text(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(replace(replace(replace(replace(
	translate(content, E'\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f',
		'????????????????????????????'),
	'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION achieve.html_text(text) IS
	'Internal to event_report(): text as it may stand between tags and inside quoted attributes. Control characters, which neither HTML nor XML has, become question marks.';

CREATE FUNCTION achieve.html_words(word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(upper(left(word, 1)) || substr(word, 2), '_', ' ');
COMMENT ON FUNCTION achieve.html_words(text) IS
	'Internal to event_report(): one of the engine''s own words as people read it, not_earned as Not earned.';

CREATE FUNCTION achieve.html_tag(word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '<span class="tag ' || word || '">' || achieve.html_words(word) || '</span>';
COMMENT ON FUNCTION achieve.html_tag(text) IS
	'Internal to event_report(): a state, such as passed, as a coloured label.';

-- A column that is empty on every row is left out, and with it its cells.
CREATE FUNCTION achieve.html_cell(label text, content text, class text DEFAULT '') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '<td data-label="' || label || '"'
	|| CASE WHEN coalesce(content, '') = '' THEN ' class="none ' || class || '"></td>'
		WHEN class = '' THEN '>' || content || '</td>'
		ELSE ' class="' || class || '">' || content || '</td>' END;
COMMENT ON FUNCTION achieve.html_cell(text, text, text) IS
	'Internal to event_report(): a cell of a table with the label that it has where the table is shown as cards. The content is HTML.';

CREATE FUNCTION achieve.html_bar(words text[], counts bigint[], class text DEFAULT 'bar') RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT '<svg class="' || class || '" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="'
		|| coalesce(string_agg(s.count || ' ' || lower(achieve.html_words(s.word)), ', ' ORDER BY s.place)
			FILTER (WHERE s.count > 0), 'none') || '"><rect class="track" width="100" height="1"/>'
		|| coalesce(string_agg('<rect class="' || s.word || '" x="' || round(100 * s.before / s.total, 3)
			|| '" width="' || round(100 * s.count / s.total, 3) || '" height="1"/>', '' ORDER BY s.place)
			FILTER (WHERE s.count > 0), '') || '</svg>'
	FROM (
		SELECT u.place, u.word, u.count,
			sum(u.count) OVER (ORDER BY u.place) - u.count AS before,
			sum(u.count) OVER () AS total
		FROM unnest(words, counts) WITH ORDINALITY u (word, count, place)
	) s;
END;
COMMENT ON FUNCTION achieve.html_bar(text[], bigint[], text) IS
	'Internal to event_report(): a bar whose parts are as long as the counts, each in the colour of its word.';

CREATE FUNCTION achieve.html_legend(words text[], counts bigint[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT '<ul class="legend">' || coalesce(string_agg('<li class="' || u.word || '"><b>' || u.count || '</b> '
			|| lower(achieve.html_words(u.word))
			|| ' <small>' || round(100.0 * u.count / t.total) || ' %</small></li>', '' ORDER BY u.place)
			FILTER (WHERE u.count > 0), '<li class="unmarked">nobody yet</li>') || '</ul>'
	FROM unnest(words, counts) WITH ORDINALITY u (word, count, place),
		(SELECT sum(c.count) AS total FROM unnest(counts) c (count)) t;
END;
COMMENT ON FUNCTION achieve.html_legend(text[], bigint[]) IS
	'Internal to event_report(): what the parts of a bar stand for, with counts and shares.';

CREATE FUNCTION achieve.html_table(caption text, labels text[], rows text, empty text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN rows IS NULL THEN '<p class="empty">' || empty || '</p>'
	ELSE '<table><caption>' || caption || E'</caption>\n<thead><tr><th scope="col">'
		|| array_to_string(labels, '</th><th scope="col">') || E'</th></tr></thead>\n<tbody>\n' || rows || E'\n</tbody></table>' END;
COMMENT ON FUNCTION achieve.html_table(text, text[], text, text) IS
	'Internal to event_report(): a table, or what is said where it has no rows. All but the labels'' number is HTML.';

CREATE FUNCTION achieve.report_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $css$
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1c2430;--soft:#566173;--line:#dfe3e9;--accent:#1f4e8c;
--good:#0b7a5c;--bad:#c2401f;--open:#8b95a5;--late:#d99a08;--taken:#7d4a9e;--excused:#4a7fd4;--goodbg:#dff3ec;--badbg:#fbe6df;--openbg:#e9ecf1;--warnbg:#fdf1d3;--goodink:#075440;--badink:#8a2a11;--warnink:#6b4a00;--track:#e4e8ee}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1b212a;--ink:#e6eaf0;--soft:#a3aebd;--line:#313a47;--accent:#8ab8f5;
--good:#2fae88;--bad:#e5694a;--open:#74808f;--late:#e0ab35;--taken:#b98bd6;--excused:#7aa5ea;--goodbg:#12382d;--badbg:#43211a;--openbg:#2b333e;--warnbg:#3d3216;--goodink:#8fe3c5;--badink:#ffb8a3;--warnink:#f3d58a;--track:#2b333e}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:break-word}
main,header,footer{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.9rem;line-height:1.2;margin:.35rem 0;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 .75rem}
h3{font-size:1rem;margin:1.25rem 0 .4rem}
p{margin:.25rem 0}
small,.soft{color:var(--soft)}
a{color:var(--accent)}
.kicker{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;color:var(--soft);font-weight:600}
nav{margin:1rem 0 0}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0;padding:0}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;margin:1.25rem 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1.25rem 0}
.figures div{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.75rem 1rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.figures dt{color:var(--soft);font-size:.875rem;line-height:1.3}
.figures dd{margin:0;font-size:1.75rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.figures .bad dd{color:var(--bad)}.figures .good dd{color:var(--good)}
.bar,.minibar{display:block;width:100%;height:1.5rem;border-radius:.4rem}
.minibar{height:.5rem;border-radius:.25rem;margin-top:.3rem;width:9rem;max-width:100%}
td .bar{height:1rem;min-width:8rem}
rect{stroke:var(--card);stroke-width:1px;vector-effect:non-scaling-stroke}
.track{fill:var(--track);stroke:none}
.passed,.issued,.present{fill:var(--good);--dot:var(--good)}
.failed,.absent,.not_earned{fill:var(--bad);--dot:var(--bad)}
.revoked{fill:var(--taken);--dot:var(--taken)}
.pending,.expired{fill:var(--open);--dot:var(--open)}
.unmarked{fill:var(--track);--dot:var(--track)}
.late{fill:var(--late);--dot:var(--late)}
.excused{fill:var(--excused);--dot:var(--excused)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.6rem 0;padding:0}
.legend li::before{content:"";display:inline-block;width:.75rem;height:.75rem;border-radius:.2rem;background:var(--dot);border:1px solid var(--line);margin-right:.45rem}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
caption{text-align:left;color:var(--soft);padding-bottom:.6rem;caption-side:top}
th,td{text-align:left;vertical-align:top;padding:.55rem .75rem .55rem 0;border-top:1px solid var(--line)}
tr>:last-child{padding-right:0}
thead th{border-top:0;color:var(--soft);font-size:.8125rem;font-weight:600;white-space:nowrap;overflow-wrap:normal}
tbody th{font-weight:600;min-width:9rem}
th small,td small{display:block;font-weight:400}
.num{font-variant-numeric:tabular-nums;white-space:nowrap}
.ref{font-variant-numeric:tabular-nums}
.tag{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-size:.8125rem;font-weight:600;white-space:nowrap;background:var(--openbg);color:var(--ink)}
.tag.passed,.tag.issued,.tag.finalized{background:var(--goodbg);color:var(--goodink)}
.tag.failed,.tag.revoked,.tag.not_earned,.tag.error{background:var(--badbg);color:var(--badink)}
.tag.warning,.tag.reopened{background:var(--warnbg);color:var(--warnink)}
.aside td,.aside th{color:var(--soft);font-weight:400}
tbody th,.notes,.ref,code,h1,h3{overflow-wrap:anywhere}.notes{min-width:12rem}.ref,.dates{min-width:7.5rem}.notes span{display:block}
code{font:.9em/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--openbg);border-radius:.3rem;padding:.1rem .35rem;white-space:pre-wrap;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.warnings{list-style:none;margin:0;padding:0}
.warnings li{border-left:.3rem solid var(--open);padding:.1rem 0 .1rem .8rem;margin:.7rem 0}
.warnings .soft{display:block}.warnings .error{border-color:var(--bad)}.warnings .warning{border-color:var(--late)}
.empty{color:var(--soft)}
footer{color:var(--soft);font-size:.875rem;padding-bottom:2rem}
@media screen and (max-width:58rem){
table,caption,thead,tr,td,tbody th{display:block}
thead{position:absolute;left:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));column-gap:1.5rem}
tbody tr{border-top:1px solid var(--line);padding:.7rem 0;min-width:0}
tbody th,td{border:0;padding:.15rem 0}
tbody th{font-size:1.0625rem}
td{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.5rem}
td::before{content:attr(data-label);color:var(--soft);font-size:.875rem}
td>*{grid-column:2;justify-self:start}td .bar,td .minibar{align-self:center;margin:0}
td.none{display:none}
}
@media screen and (max-width:40rem){
body{font-size:15px}.num{white-space:normal}main,header,footer{padding-left:.8rem;padding-right:.8rem}section{padding:1rem}h1{font-size:1.5rem}
.figures{grid-template-columns:repeat(2,1fr);gap:.5rem}
}
@media print{
@page{size:landscape;margin:12mm}
:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--accent:#000;--good:#0b7a5c;--bad:#c2401f;--open:#8b95a5;--late:#d99a08;--taken:#7d4a9e;--excused:#4a7fd4;
--goodbg:#fff;--badbg:#fff;--openbg:#fff;--warnbg:#fff;--goodink:#000;--badink:#000;--warnink:#000;--track:#e4e8ee}
body{font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main,header,footer{max-width:none;padding:0}header{padding-top:0}nav{display:none}
section{border:0;padding:0;margin:6mm 0}h2{break-after:avoid}
section[aria-labelledby=results]:has(table),section[aria-labelledby=achievements]:has(table){break-before:page}
.figures{grid-template-columns:repeat(7,1fr)}
thead{display:table-header-group}tr,li,.figures div{break-inside:avoid}
table{font-size:9pt}th,td{padding-top:1.2mm;padding-bottom:1.2mm}
.tag{border:1px solid #888}code{padding:0}
}
$css$;
COMMENT ON FUNCTION achieve.report_style() IS 'Internal to event_report(): how the page looks on screens, on paper and in the dark.';

CREATE FUNCTION achieve.event_report(event_id bigint) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	-- Compiling plans that run once would take longer than running them.
	SET jit = off
AS $$
DECLARE
	outcomes CONSTANT text[] := ARRAY['passed', 'failed', 'pending'];
	states CONSTANT text[] := ARRAY['issued', 'pending', 'not_earned', 'expired', 'revoked'];
	marks CONSTANT text[] := ARRAY['present', 'late', 'excused', 'absent', 'unmarked'];
	event record;
	summary record;
	has_payment boolean;
	reads_payment boolean;
	rules_differ boolean;
	people bigint;
	unmarked bigint;
	mark_counts bigint[];
	head text;
	figures text;
	outcome_bars text;
	award_bars text;
	session_rows text;
	rule_rows text;
	result_rows text;
	award_rows text;
	problems text[];
	warnings text;
BEGIN
	IF event_report.event_id IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'event_id must not be null', HINT = 'Say which one is meant.';
	END IF;
	IF to_regclass('achieve.event') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database', HINT = 'Run: SELECT achieve.install();';
	END IF;
	SELECT e.event_id, coalesce(e.code, e.event_id::text) AS code, e.title, e.status, e.time_zone,
			e.ends_at, t.title AS template,
			e.starts_at AT TIME ZONE e.time_zone AS starts, e.ends_at AT TIME ZONE e.time_zone AS ends,
			EXISTS (SELECT FROM achieve.assessment a WHERE a.event_id = e.event_id) AS has_scores,
			EXISTS (SELECT FROM achieve.requirement q WHERE q.event_id = e.event_id) AS has_requirements
		INTO event
		FROM achieve.event e LEFT JOIN achieve.course_template t ON t.template_id = e.template_id
		WHERE e.event_id = event_report.event_id;
	IF NOT FOUND AND row_security_active('achieve.event') THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('permission denied for event %s', event_report.event_id),
			HINT = 'It does not exist, or row-level security hides it from you.';
	ELSIF NOT FOUND THEN
		RAISE foreign_key_violation USING
			MESSAGE = format('event %s does not exist', event_report.event_id),
			HINT = 'The events are in achieve.event.';
	END IF;

	SELECT s.* INTO summary FROM achieve.event_summary s WHERE s.event_id = event.event_id;
	head := format('<p class="kicker"><span>%s</span> %s</p><h1 dir="auto">%s</h1><p><time datetime="%s">%s</time> to <time datetime="%s">%s</time> <span class="soft">%s</span></p>%s',
		achieve.html_text(event.code), achieve.html_tag(event.status), achieve.html_text(event.title),
		to_char(event.starts, 'YYYY-MM-DD"T"HH24:MI'), to_char(event.starts, 'Dy FMDD Mon YYYY, HH24:MI'),
		to_char(event.ends, 'YYYY-MM-DD"T"HH24:MI'),
		to_char(event.ends, CASE WHEN event.ends::date = event.starts::date THEN 'HH24:MI' ELSE 'Dy FMDD Mon YYYY, HH24:MI' END),
		achieve.html_text(event.time_zone),
		coalesce('<p class="soft">Course: ' || achieve.html_text(event.template) || '</p>', ''));
	figures := (SELECT string_agg(format('<div class="%s"><dt>%s</dt><dd>%s</dd></div>', f.class, f.label, f.value), '' ORDER BY f.place)
		FROM (VALUES (1, '', 'Taking part', summary.enrolled), (2, 'good', 'Passed', summary.passed),
			(3, CASE WHEN summary.failed > 0 THEN 'bad' ELSE '' END, 'Failed', summary.failed), (4, '', 'Pending', summary.pending),
			(5, '', 'Achievements issued', summary.issued), (6, '', 'Blocked by payment', summary.blocked_by_payment),
			(7, '', 'Awaiting approval', summary.awaiting_approval)) f (place, class, label, value));
	outcome_bars := achieve.html_bar(outcomes, ARRAY[summary.passed, summary.failed, summary.pending])
		|| achieve.html_legend(outcomes, ARRAY[summary.passed, summary.failed, summary.pending]);

	-- The passing rules
	SELECT string_agg(format('<tr><th scope="row">%s</th>%s%s%s</tr>',
				CASE WHEN p.subject = 'passing rule' THEN 'Passing rule' ELSE 'Award of ' || achieve.html_text(p.subject) END,
				achieve.html_cell('Rule', coalesce('<code>' || achieve.html_text(p.rule) || '</code>', 'By hand')),
				achieve.html_cell('Origin', achieve.html_words(p.origin)),
				CASE WHEN p.any_differs THEN achieve.html_cell('In the course template', CASE WHEN p.origin <> 'inherited' THEN
					coalesce('<code>' || achieve.html_text(p.template_rule) || '</code>', 'By hand, or not there') END) END),
			E'\n' ORDER BY p.subject <> 'passing rule', p.subject),
			bool_or(EXISTS (SELECT FROM achieve.rule_facts(p.rule) f WHERE f.fact IN ('paid', 'balance', 'invoiced'))),
			bool_or(p.any_differs)
		INTO rule_rows, reads_payment, rules_differ
		FROM (
			SELECT t.*, event.template IS NOT NULL AND bool_or(t.origin <> 'inherited') OVER () AS any_differs
			FROM achieve.passing_rules_tab t
			WHERE t.event_id = event.event_id
		) p;

	-- Attendance by session, of those for whom the session counts
	SELECT string_agg(format('<tr%s><th scope="row">%s%s</th>%s%s%s</tr>',
				CASE WHEN s.cancelled THEN ' class="aside"' END,
				s.session_no || coalesce('. ' || nullif(achieve.html_text(s.title), ''), ''),
				CASE WHEN s.cancelled THEN '<small>Cancelled</small>' WHEN NOT s.required THEN '<small>Optional</small>' ELSE '' END,
				achieve.html_cell('Starts', to_char(s.starts_at AT TIME ZONE event.time_zone, 'Dy FMDD Mon YYYY, HH24:MI'), 'num'),
				achieve.html_cell('Attended', (c.counts[1] + c.counts[2]) || ' of ' || c.expected, 'num'),
				achieve.html_cell('Marks', achieve.html_bar(marks, c.counts))),
			E'\n' ORDER BY s.starts_at, s.session_no),
			ARRAY[sum(c.counts[1]), sum(c.counts[2]), sum(c.counts[3]), sum(c.counts[4]), sum(c.counts[5])],
			sum(c.counts[5]) FILTER (WHERE s.ends_at <= now() AND s.required AND NOT s.cancelled)
		INTO session_rows, mark_counts, unmarked
		FROM achieve.session s
		CROSS JOIN LATERAL (
			SELECT count(*) AS expected, ARRAY[count(*) FILTER (WHERE a.status = 'present'),
				count(*) FILTER (WHERE a.status = 'late'), count(*) FILTER (WHERE a.status = 'excused'),
				count(*) FILTER (WHERE a.status = 'absent'), count(*) FILTER (WHERE a.status IS NULL)] AS counts
			FROM achieve.enrollment n
			LEFT JOIN achieve.attendance a ON a.event_id = n.event_id AND a.learner_id = n.learner_id
				AND a.session_no = s.session_no
			WHERE n.event_id = s.event_id AND n.status = 'active'
				AND (n.counts_from IS NULL OR n.counts_from <= (s.starts_at AT TIME ZONE event.time_zone)::date)
		) c
		WHERE s.event_id = event.event_id;

	-- The Results tab
	SELECT string_agg(format('<tr%s><th scope="row" dir="auto">%s%s</th>%s%s%s%s%s%s</tr>',
				CASE WHEN r.enrollment_status <> 'active' THEN ' class="aside"' END,
				achieve.html_text(r.learner_name), '<small>' || achieve.html_text(r.account_name) || '</small>',
				achieve.html_cell('Outcome', achieve.html_tag(
					CASE WHEN r.enrollment_status = 'active' THEN r.outcome ELSE r.enrollment_status END)),
				achieve.html_cell('Attendance', CASE WHEN r.sessions > 0 THEN
					format('<span class="num">%s of %s</span>', r.attended, r.sessions)
					|| achieve.html_bar(marks, ARRAY[r.attended - r.lates, r.lates, r.excused, r.absences,
						greatest(r.sessions - r.attended - r.excused - r.absences, 0)]::bigint[], 'minibar') END),
				CASE WHEN event.has_scores THEN achieve.html_cell('Score', trim_scale(round(r.score_percent, 1)) || ' %', 'num') END,
				CASE WHEN event.has_requirements THEN
					achieve.html_cell('Completion', round(r.completion_percent) || ' %', 'num') END,
				CASE WHEN r.payment THEN
					achieve.html_cell('Paid', CASE WHEN r.paid THEN 'Yes' WHEN NOT r.paid THEN 'No' END) END,
				achieve.html_cell('Notes', concat(
					'<span>' || achieve.html_text(r.waiting_for) || '</span>',
					CASE WHEN r.source = 'manual' THEN '<span>Set by hand'
						|| coalesce(' by ' || achieve.html_text(r.decided_by), '')
						|| coalesce(': ' || achieve.html_text(r.reason), '')
						|| CASE WHEN r.rule_outcome <> r.outcome THEN ' (the rule says ' || r.rule_outcome || ')' ELSE '' END
						|| '</span>' END,
					'<span>Approved by ' || achieve.html_text(r.approved_by) || ', '
						|| to_char(r.approved_at AT TIME ZONE event.time_zone, 'FMDD Mon YYYY') || '</span>'), 'notes')),
			E'\n' ORDER BY r.enrollment_status <> 'active', r.learner_name, r.learner_id),
			bool_or(r.payment), count(*)
		INTO result_rows, has_payment, people
		FROM (
			SELECT t.*, reads_payment OR NOT bool_and(t.paid) OVER () AS payment
			FROM achieve.results_tab t
			WHERE t.event_id = event.event_id
		) r;

	-- The Achievements tab
	WITH tab AS MATERIALIZED (
		SELECT t.* FROM achieve.achievements_tab t WHERE t.event_id = event.event_id
	), counted AS (
		SELECT t.achievement_type, t.achievement_title, ARRAY[count(*) FILTER (WHERE t.state = 'issued'),
			count(*) FILTER (WHERE t.state = 'pending'), count(*) FILTER (WHERE t.state = 'not_earned'),
			count(*) FILTER (WHERE t.state = 'expired'), count(*) FILTER (WHERE t.state = 'revoked')] AS counts
		FROM tab t
		GROUP BY t.achievement_type, t.achievement_title
	)
	SELECT (SELECT string_agg(format('<tr%s><th scope="row" dir="auto">%s%s</th>%s%s%s%s%s%s</tr>',
				CASE WHEN a.state IN ('revoked', 'expired') THEN ' class="aside"' END,
				achieve.html_text(a.learner_name), '<small>' || achieve.html_text(a.account_name) || '</small>',
				achieve.html_cell('Achievement', achieve.html_text(a.achievement_title)),
				achieve.html_cell('State', achieve.html_tag(a.state)),
				achieve.html_cell('Number', achieve.html_text(a.number), 'ref'),
				achieve.html_cell('Valid', CASE WHEN a.achievement_id IS NOT NULL THEN to_char(a.valid_from, 'FMDD Mon YYYY')
					|| coalesce(' to ' || to_char(a.last_valid_on, 'FMDD Mon YYYY'), ', no end') END, 'dates'),
				achieve.html_cell('Certificate', achieve.html_words(a.certificate_status)),
				achieve.html_cell('Notes', concat(
					CASE WHEN a.source = 'manual' THEN '<span>Awarded by hand</span>' END,
					'<span>Revoked ' || to_char(a.revoked_at AT TIME ZONE event.time_zone, 'FMDD Mon YYYY')
						|| coalesce(': ' || achieve.html_text(a.revoke_reason), '') || '</span>',
					'<span>' || achieve.html_text(a.waiting_for) || '</span>'), 'notes')),
				E'\n' ORDER BY a.learner_name, a.learner_id, a.achievement_title, a.achievement_type, a.achievement_id)
			FROM tab a),
			(SELECT string_agg(format('<h3 dir="auto">%s</h3>', achieve.html_text(c.achievement_title))
				|| achieve.html_bar(states, c.counts) || achieve.html_legend(states, c.counts), E'\n'
				ORDER BY c.achievement_title, c.achievement_type)
			FROM counted c)
		INTO award_rows, award_bars;

	-- What somebody should look at
	IF has_table_privilege('achieve.rule_problems', 'SELECT') THEN
		SELECT array_agg(format('<li class="%s">%s <b>%s</b>: %s <span class="soft">%s</span></li>', p.severity, achieve.html_tag(p.severity),
				achieve.html_text(p.subject), achieve.html_text(p.problem), achieve.html_text(p.hint))
				ORDER BY array_position(ARRAY['error', 'warning', 'info'], p.severity), p.subject, p.row_key)
			INTO problems
			FROM achieve.rule_problems p WHERE p.event_id = event.event_id;
	END IF;
	SELECT string_agg(format('<li class="warning">%s %s</li>', achieve.html_tag('warning'), w.words), E'\n' ORDER BY w.place)
		INTO warnings
		FROM (VALUES
			(1, event.status IN ('scheduled', 'reopened') AND event.ends_at <= now(),
				'The event is over and not closed: what is not recorded is still open.'),
			(2, event.status IN ('scheduled', 'reopened') AND unmarked > 0,
				format('Marks that are missing for sessions that are over: %s.', unmarked)),
			(3, summary.awaiting_approval > 0,
				format('Results that await approval: %s.', summary.awaiting_approval)),
			(4, summary.blocked_by_payment > 0,
				format('Learners who wait for nothing but a payment: %s.', summary.blocked_by_payment)),
			(5, EXISTS (SELECT FROM achieve.achievement a JOIN achieve.enrollment n ON n.event_id = a.event_id
					AND n.learner_id = a.learner_id
				WHERE a.event_id = event.event_id AND a.certificate_problem IS NOT NULL),
				'There are achievements whose certificate could not be made.')
		) w (place, applies, words)
		WHERE w.applies;

	RETURN concat_ws(E'\n', '<!DOCTYPE html>', '<html lang="en">', '<head>', '<meta charset="utf-8"/>',
		'<meta name="viewport" content="width=device-width, initial-scale=1"/>',
		'<meta name="color-scheme" content="light dark"/>', '<meta name="robots" content="noindex"/>',
		'<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"/>',
		format('<title>%s: %s</title>', achieve.html_text(event.code), achieve.html_text(event.title)),
		'<style>' || achieve.report_style() || '</style>', '</head>', '<body>',
		'<header>' || head || '<nav aria-label="Contents"><ul><li><a href="#overview">Overview</a></li>'
			|| CASE WHEN session_rows IS NULL THEN '' ELSE '<li><a href="#sessions">Attendance</a></li>' END
			|| '<li><a href="#rules">Passing rules</a></li><li><a href="#results">Results</a></li>'
			|| '<li><a href="#achievements">Achievements</a></li></ul></nav></header>',
		'<main>',
		'<dl class="figures" aria-label="Key figures">' || figures || '</dl>',
		'<section aria-labelledby="warnings"><h2 id="warnings">To look at</h2><ul class="warnings">'
			|| nullif(concat_ws(E'\n', warnings, array_to_string(problems, E'\n')), '') || '</ul></section>',
		'<section aria-labelledby="overview"><h2 id="overview">Overview</h2><h3>Outcomes</h3>' || outcome_bars
			|| coalesce(E'\n' || award_bars, '') || '</section>',
		'<section aria-labelledby="sessions"><h2 id="sessions">Attendance</h2>' || achieve.html_legend(marks, mark_counts)
			|| achieve.html_table('Who was there, session by session, of those for whom the session counts.',
				ARRAY['Session', 'Starts', 'Attended', 'Marks'], session_rows, NULL) || '</section>',
		'<section aria-labelledby="rules"><h2 id="rules">Passing rules</h2>'
			|| achieve.html_table('What it takes, and whose word it is.',
				array_remove(ARRAY['Decides', 'Rule', 'Origin',
					CASE WHEN rules_differ THEN 'In the course template' END], NULL), rule_rows, NULL) || '</section>',
		'<section aria-labelledby="results"><h2 id="results">Results</h2>'
			|| achieve.html_table(format('%s enrollments.', people),
				array_remove(ARRAY['Learner', 'Outcome', 'Attendance', CASE WHEN event.has_scores THEN 'Score' END,
					CASE WHEN event.has_requirements THEN 'Completion' END, CASE WHEN has_payment THEN 'Paid' END, 'Notes'], NULL),
				result_rows, 'Nobody is enrolled.') || '</section>',
		'<section aria-labelledby="achievements"><h2 id="achievements">Achievements</h2>'
			|| achieve.html_table('What was issued, and what is still to come.',
				ARRAY['Learner', 'Achievement', 'State', 'Number', 'Valid', 'Certificate', 'Notes'],
				award_rows, 'The event has no achievements, or nobody to issue them to.') || '</section>',
		'</main>',
		format('<footer><p>As of %s (%s), as role %s may see it.</p></footer>',
			to_char(now() AT TIME ZONE event.time_zone, 'FMDD Mon YYYY, HH24:MI'),
			achieve.html_text(event.time_zone), achieve.html_text(current_user)),
		'</body>', '</html>', '');
END
$$;
COMMENT ON FUNCTION achieve.event_report(bigint) IS
	'An event as one HTML page that stands alone: figures, warnings, attendance by session, passing rules, results and achievements, as far as the caller may see them. For screens, phones and paper; without scripts, and every value escaped.';
