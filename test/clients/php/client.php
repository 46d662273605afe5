<?php
// PHP's PDO: parameters as strings, bound by the server and emulated by the driver.

const REASON = 'Oral exam: "très bien" – 100 %';
const RESULTS = 'SELECT row_key, event_id, learner_id, learner_name, account_id, account_name, sessions, attended, attendance_percent,
    paid, outcome, source, decided_at, waiting_for FROM achieve.results_tab WHERE event_id = ?';
const ACHIEVEMENTS = 'SELECT row_key, learner_id, achievement_type, state, active, number, issued_at, valid_from, expires_on,
    last_valid_on, waiting_for FROM achieve.achievements_tab WHERE event_id = ? ORDER BY row_key';
$name = getenv('CLIENT_NAME');
$count = $failed = 0;

function ok(bool $right, string $what, ...$details): void
{
    global $count, $failed, $name;
    $count++;
    $failed += !$right;
    echo ($right ? 'ok' : 'not ok') . " $count - $name: $what\n";
    if (!$right) {
        echo preg_replace('/^/m', '# ', var_export($details, true)) . "\n";
    }
}

function same($got, $wanted, string $what): void
{
    ok($got === $wanted, $what, $got, $wanted);
}

/** A row as psql's COPY writes it; instants are those in UTC, to the millisecond. */
function text(array $row, array $types): string
{
    $values = [];
    foreach (array_values($row) as $place => $value) {
        if ($value === null) {
            $values[] = '\N';
        } elseif ($types[$place] === 'timestamptz') {
            $values[] = (new DateTimeImmutable($value))->setTimezone(new DateTimeZone('UTC'))->format('Y-m-d\TH:i:s.v');
        } elseif (is_bool($value)) {
            $values[] = $value ? 't' : 'f';
        } else {
            $values[] = str_replace('\\', '\\\\', (string) $value);
        }
    }
    return implode("\t", $values);
}

function run(PDO $db, string $sql, array $parameters = []): PDOStatement
{
    $statement = $db->prepare($sql);
    $statement->execute($parameters);
    return $statement;
}

function lines(PDOStatement $statement): array
{
    $types = [];
    for ($place = 0; $place < $statement->columnCount(); $place++) {
        $types[] = $statement->getColumnMeta($place)['native_type'];
    }
    return array_map(fn ($row) => text($row, $types), $statement->fetchAll(PDO::FETCH_NUM));
}

function expected(string $file): array
{
    return file(getenv('CLIENT_DIR') . "/$file.tsv", FILE_IGNORE_NEW_LINES);
}

$db = new PDO('pgsql:', getenv('PGUSER'));
foreach (['bound' => false, 'emulated' => true] as $form => $emulated) {
    $db->setAttribute(PDO::ATTR_EMULATE_PREPARES, $emulated);
    $rows = lines(run($db, RESULTS . ' ORDER BY learner_id', [1]));
    same($rows, expected('results'), "lists the Results tab ($form)");
    same(lines(run($db, RESULTS . ' AND outcome = ? AND account_id = ? ORDER BY learner_id', [1, 'passed', 2])), expected('filtered'),
        "filters by outcome and account ($form)");
    same(lines(run($db, ACHIEVEMENTS, [1])), expected('achievements'), "lists the Achievements tab ($form)");
    same(lines(run($db, 'SELECT event_id, code, passing_rule FROM achieve.event ORDER BY event_id')), expected('rules'), "reads rules as text ($form)");
    $pages = [];
    foreach ([0, 2, 4] as $skip) {
        array_push($pages, ...lines(run($db, RESULTS . ' ORDER BY learner_id LIMIT ? OFFSET ?', [1, 2, $skip])));
    }
    same($pages, $rows, "pages by LIMIT and OFFSET ($form)");
    $found = [];
    while ($page = lines(run($db, RESULTS . ' AND learner_id > ? ORDER BY learner_id LIMIT ?', [1, $found ? explode("\t", end($found))[2] : 0, 4]))) {
        array_push($found, ...$page);
    }
    same($found, $rows, "pages by the last key seen ($form)");
    $row = run($db, RESULTS . ' AND learner_id = 1', [1])->fetch(PDO::FETCH_ASSOC);
    same(array_map('gettype', [$row['event_id'], $row['sessions'], $row['paid'], $row['attendance_percent'], $row['waiting_for']]),
        ['integer', 'integer', 'boolean', 'string', 'NULL'], "numbers are integers, booleans booleans, decimals strings ($form)");
    $dates = run($db, 'SELECT valid_from, expires_on FROM achieve.achievements_tab WHERE event_id = ? AND learner_id = 1 ORDER BY achievement_type', [1])
        ->fetchAll(PDO::FETCH_NUM);
    same($dates, [['2024-02-29', null], ['2024-02-29', '2026-02-28']], "dates are dates, and no end is null ($form)");
    same(run($db, 'SELECT achieve.evaluate(?, ?)', ['score(a) >= 50', '{"score": {"a": 72}}'])->fetchColumn(), 'passed', "evaluate() takes strings ($form)");
}

$db->setAttribute(PDO::ATTR_EMULATE_PREPARES, false);
$db->beginTransaction();
run($db, 'SELECT achieve.set_context(?)', [$name]);
run($db, 'UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?', ['ATTENDED>=2 or score(final)>=50', 2]);
run($db, 'INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (?, ?, ?, ?, ?)', [2, 3, 2, 'late', $name]);
same(run($db, 'SELECT outcome FROM achieve.result WHERE event_id = ? AND learner_id = ?', [2, 3])->fetchColumn(), 'passed', 'a mark makes a learner pass at once');
run($db, 'SELECT achieve.set_result(?, ?, ?, ?)', [1, 5, 'passed', REASON]);
$db->commit();
$audit = run($db, 'SELECT actor, reason, new_value FROM achieve.audit_tab WHERE event_id = ? AND learner_id = ? AND action = ?', [1, 5, 'result.set'])
    ->fetchAll(PDO::FETCH_NUM);
same([count($audit), $audit[0][0], $audit[0][1]], [1, $name, REASON], 'reads the audit');
ok(is_array(json_decode($audit[0][2], true)), 'its values are JSON', $audit[0][2]);
same(run($db, 'SELECT achieve.approve_results(?, ?, ?)', [1, '{3,4}', 'board'])->fetchColumn(), 2, 'approve_results() takes a list written as text');
try {
    run($db, 'UPDATE achieve.event SET passing_rule = ? WHERE event_id = ?', ['absense <= 2', 2]);
    $state = null;
} catch (PDOException $error) {
    $state = $error->getCode();
}
same($state, '42601', 'a bad rule is refused with a SQLSTATE');
echo "1..$count\n";
exit($failed > 0 ? 1 : 0);
