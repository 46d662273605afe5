-- Certificates: making them again, showing and verifying them, badges.

CREATE FUNCTION achieve.regenerate_certificates(event_id bigint, learner_ids bigint[] DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME', 'regenerate_certificates' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.regenerate_certificates(bigint, bigint[]) IS
	'Makes the certificates of unrevoked achievements again, of the learners named or of all, also those that are missing; returns how many were made. Numbers stay, revisions go on.';

CREATE FUNCTION achieve.render_certificate(certificate_id bigint) RETURNS text
	AS 'MODULE_PATHNAME', 'render_certificate' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.render_certificate(bigint) IS
	'The text of a certificate as it was made, also of one that is superseded or revoked.';

CREATE FUNCTION achieve.verify_certificate(verification_code text)
	RETURNS TABLE (is_valid boolean, number text, achievement text, learner_name text, valid_from date, expires_on date, status text)
	AS 'MODULE_PATHNAME', 'verify_certificate' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION achieve.verify_certificate(text) IS
	'What a verification code stands for: one row whose status is valid, expired, upcoming, revoked, superseded or unknown. The learner''s name is there where the certificate shows it.';

CREATE FUNCTION achieve.open_badge(certificate_id bigint) RETURNS json
	AS 'MODULE_PATHNAME', 'open_badge' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.open_badge(bigint) IS
	'A current certificate as an Open Badges 3.0 AchievementCredential, unsigned: the array "proof" is for the signature.';

CREATE FUNCTION achieve.default_certificate_template() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $svg$<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" viewBox="0 0 1485 1050" font-family="'Noto Serif', 'Noto Naskh Arabic', 'Noto Serif CJK SC', Georgia, 'DejaVu Serif', serif" text-anchor="middle" fill="#26374a">
<title>{{achievement_title}} {{number}}</title>
<rect width="1485" height="1050" fill="#fdfbf5"/>
<g fill="none">
<rect x="40" y="40" width="1405" height="970" stroke="#1f3a5f" stroke-width="5"/>
<rect x="54" y="54" width="1377" height="942" stroke="#b8924a" stroke-width="1.5"/>
<path d="M54 134h80v-80M1431 134h-80v-80M54 916h80v80M1431 916h-80v80" stroke="#b8924a" stroke-width="1.5"/>
<path d="M74 114h40v-40M1411 114h-40v-40M74 936h40v40M1411 936h-40v40" stroke="#1f3a5f" stroke-width="2.5"/>
</g>
{{#issuer_name}}<text x="742.5" y="150" font-size="{{font_size issuer_name 1000 30}}" fill="#8a6a2c">{{issuer_name}}</text>
{{/issuer_name}}<path d="M642.5 182h84m32 0h84" stroke="#b8924a" stroke-width="1.5"/>
<path d="M742.5 172l10 10l-10 10l-10-10z" fill="#b8924a"/>
<text x="742.5" y="275" font-size="{{font_size achievement_title 1240 66}}" font-weight="bold" fill="#1f3a5f">{{achievement_title}}</text>
<text x="742.5" y="345" font-size="26" font-style="italic" fill="#5c6b7a">awarded to</text>
<text x="742.5" y="450" font-size="{{font_size learner_name 1240 82}}" fill="#111c28">{{learner_name}}</text>
<path d="M442.5 492h600" stroke="#b8924a" stroke-width="1.5"/>
{{#account_name}}<text x="742.5" y="538" font-size="{{font_size account_name 1240 28}}" fill="#5c6b7a">{{account_name}}</text>
{{/account_name}}<text x="742.5" y="612" font-size="{{font_size event_title 1240 36}}">{{event_title}}</text>
<text x="742.5" y="660" font-size="26" fill="#5c6b7a">{{event_dates}}</text>
<g font-size="18" fill="#8a6a2c">
<text x="300" y="790">Number</text>
<text x="1185" y="790">Valid from</text>
<text x="300" y="880">Issued on</text>
{{#last_valid_on}}<text x="1185" y="880">Valid to the end of</text>
{{/last_valid_on}}</g>
<g font-size="26">
<text x="300" y="824" font-size="{{font_size number 360 26}}">{{number}}</text>
<text x="1185" y="824">{{valid_from}}</text>
<text x="300" y="914">{{issued_on}}</text>
<text x="1185" y="914">{{last_valid_on}}</text>
</g>
<g transform="translate(742.5 808)">
<path d="M-30 50l-22 76l52-24l52 24l-22-76z" fill="#1f3a5f"/>
<circle r="78" fill="#b8924a"/>
<circle r="78" fill="none" stroke="#fdfbf5" stroke-width="4" stroke-dasharray="5 7.25"/>
<circle r="62" fill="#fdfbf5"/>
<circle r="56" fill="none" stroke="#b8924a" stroke-width="2"/>
<path d="M0-40l9.4 27.1 28.6.6-22.8 17.3 8.3 27.4L0 16l-23.5 16.4 8.3-27.4L-38-12.3l28.6-.6z" fill="#1f3a5f"/>
</g>
<text x="742.5" y="962" font-size="17" fill="#5c6b7a" font-family="'Noto Sans Mono', 'DejaVu Sans Mono', monospace">{{verification_code}}</text>
{{#verification_url}}<text x="742.5" y="984" font-size="{{font_size verification_url 1200 12}}" fill="#5c6b7a">{{verification_url}}</text>
{{/verification_url}}</svg>
$svg$;
COMMENT ON FUNCTION achieve.default_certificate_template() IS
	'The body of a certificate template to start with: SVG, A4 landscape. Long names and names in any script fit.';
