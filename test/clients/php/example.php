<?php
$db = new PDO('pgsql:', getenv('PGUSER')); // finds the server in PGHOST, PGPORT, PGDATABASE
$db->beginTransaction();
$db->prepare('SELECT achieve.set_context(?)')->execute(['Ingrid Solberg']);
$db->prepare('INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (?, ?, ?, ?)')
    ->execute([2, 1, 2, 'present']);
$db->commit();
$tab = $db->prepare('SELECT learner_name, account_name, outcome FROM achieve.results_tab
    WHERE event_id = ? AND outcome = ? ORDER BY learner_id');
$tab->execute([1, 'passed']);
foreach ($tab as $row) {
    echo "{$row['learner_name']}, {$row['account_name']}: {$row['outcome']}\n";
}
