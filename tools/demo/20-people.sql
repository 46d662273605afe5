-- Three hundred learners: twenty at each customer, some who work abroad, and
-- some who come on their own account.

\echo 'People: 300 learners of 12 customers, and private persons'

-- A throw from 0 to 99 that is the same on every run.
CREATE FUNCTION pg_temp.dice(VARIADIC what text[]) RETURNS integer
	LANGUAGE sql IMMUTABLE
	AS $$ SELECT ('x' || substr(md5(array_to_string(what, ':')), 1, 7))::bit(28)::integer % 100 $$;

BEGIN;
SELECT achieve.set_context('Ingrid Solberg', 'learners imported from the customers'' lists');

WITH country (n, first_names, last_names) AS (VALUES
	(1, '{Sanne,Daan,Femke,Bram,Lotte,Joris,Anouk,Thijs,Maaike,Ruben}'::text[],
		'{de Vries,van den Berg,Bakker,Jansen,Visser,Smit,Mulder,de Boer,Dekker,Hoekstra}'::text[]),
	(2, '{Anna,Lukas,Greta,Jonas,Frieda,Matthias,Heike,Tobias,Ursula,Kai}',
		'{Müller,Schröder,Weiß,Becker,Hoffmann,Krüger,Vogel,Böhm,Lange,Seidel}'),
	(3, '{Astrid,Erik,Linnéa,Gustav,Maja,Oskar,Signe,Nils,Ebba,Sven}',
		'{Lindqvist,Johansson,Öberg,Nyström,Åkesson,Sandberg,Holm,Ekström,Lundgren,Bergman}'),
	(4, '{Camille,Hugo,Chloé,Mathis,Inès,Théo,Margaux,Étienne,Solène,Loïc}',
		'{Lefèvre,Moreau,Girard,Dubois,Fontaine,Chevalier,Perrin,Gauthier,Lemaître,Roussel}'),
	(5, '{Beatriz,João,Inês,Tiago,Mariana,Rui,Catarina,Nuno,Leonor,Gonçalo}',
		'{Ferreira,Carvalho,Magalhães,Teixeira,Azevedo,Guimarães,Moura,Simões,Pacheco,Brandão}'),
	(6, '{Agnieszka,Piotr,Małgorzata,Tomasz,Zofia,Łukasz,Katarzyna,Wojciech,Ewa,Michał}',
		'{Nowak,Wiśniewski,Zieliński,Wójcik,Kamiński,Szymański,Dąbrowski,Mazur,Górski,Pawlak}'),
	(7, '{Chidinma,Emeka,Ngozi,Tunde,Adaeze,Babatunde,Ifeoma,Obinna,Yewande,Segun}',
		'{Okafor,Adeyemi,Eze,Balogun,Nwosu,Ogunleye,Chukwu,Afolabi,Bello,Onyekachi}'),
	(8, '{Yuki,Haruto,Sakura,Kenji,Aiko,Takumi,Hana,Ren,Naomi,Daichi}',
		'{Tanaka,Suzuki,Watanabe,Kobayashi,Yoshida,Matsumoto,Inoue,Shimizu,Hayashi,Mori}'),
	(9, '{Layla,Omar,Fatima,Khalid,Mariam,Yusuf,Noor,Hassan,Salma,Tariq}',
		'{Al Mansoori,Haddad,Nasser,Al Farsi,Khoury,Saleh,Al Balushi,Mahmoud,Qureshi,Darwish}'),
	(10, '{Valentina,Mateo,Lucía,Diego,Camila,Andrés,Rosa,Joaquín,Ximena,Luis}',
		'{Quispe,Huamán,Flores,Mamani,Rojas,Vargas,Castañeda,Condori,Salazar,Núñez}'),
	(11, '{Priya,Arjun,Ananya,Rahul,Kavya,Vikram,Meera,Sanjay,Divya,Rohan}',
		'{Sharma,Patel,Iyer,Nair,Reddy,Banerjee,Desai,Kulkarni,Chatterjee,Menon}'),
	(12, '{Aoife,Cian,Niamh,Declan,Siobhán,Ronan,Maeve,Liam,Orla,Pádraig}',
		'{Fitzgerald,O''Brien,Murphy,Gallagher,O''Connor,Byrne,Kavanagh,Doyle,McCarthy,Nolan}')
), person AS (
	SELECT n, i, first_names[i % 10 + 1] || ' ' || last_names[(i + 4 * (i / 10)) % 10 + 1] AS name
	FROM country, generate_series(0, 24) AS i
)
INSERT INTO learner (account_id, name, email, reference)
SELECT account_id,
	p.name,
	'l' || to_char(n * 100 + i, 'FM0000') || '@example.org',
	'L-' || to_char(n * 100 + i, 'FM0000')
FROM person p
LEFT JOIN account a ON a.reference = 'C-' || to_char(CASE
	WHEN i < 20 THEN n
	WHEN i < 23 THEN (n + 4) % 12 + 1 END, 'FM000')
ORDER BY n, i;
COMMIT;
