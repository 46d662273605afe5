-- Certificates of the event shown, one of them as a picture file.

\echo 'CERTIFICATES of FL-203: made when the licence was issued, revoked with it'
\echo
SELECT learner_name AS learner, achievement_type AS achievement, number, revision, status, verification_code, problem
FROM certificates_tab
WHERE event_code = 'FL-203'
ORDER BY number;

SELECT certificate_id, verification_code AS code
FROM certificates_tab
WHERE event_code = 'FL-203' AND learner_name = 'Sanne de Vries' AND status = 'current' \gset
\set file :directory '/certificate.svg'
\o :file
\t on
\pset format unaligned
SELECT achieve.render_certificate(:certificate_id);
\o
\t off
\pset format wrapped

\echo 'VERIFICATION: what a stranger is told who types the code of the certificate in' :file
\echo
SELECT * FROM achieve.verify_certificate(:'code');
