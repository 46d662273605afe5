/*-------------------------------------------------------------------------
 *
 * certificate_template.c
 *		From a certificate template and its values to the text.
 *
 *		{{name}}						the value, escaped for the media type
 *		{{#name}} ... {{/name}}			shown where there is a value
 *		{{^name}} ... {{/name}}			shown where there is none
 *		{{font_size name width most}}	the size at which the value fits
 *
 * Values are never read for placeholders: a learner may be called {{x}}.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "certificate_template.h"
#include "rule_tree.h"

/* A certificate is something that people print; in bytes. */
#define CONTENT_LIMIT (16 * 1024 * 1024)

#define MAX_SECTIONS 16

/* How much of a faulty placeholder is quoted, in bytes. */
#define QUOTED_LENGTH 60

static const char *const placeholder_names[PLACE_COUNT] = {
	[PLACE_LEARNER_NAME] = "learner_name",
	[PLACE_LEARNER_REFERENCE] = "learner_reference",
	[PLACE_ACCOUNT_NAME] = "account_name",
	[PLACE_ACHIEVEMENT_CODE] = "achievement_code",
	[PLACE_ACHIEVEMENT_TITLE] = "achievement_title",
	[PLACE_ACHIEVEMENT_DESCRIPTION] = "achievement_description",
	[PLACE_NUMBER] = "number",
	[PLACE_VALID_FROM] = "valid_from",
	[PLACE_EXPIRES_ON] = "expires_on",
	[PLACE_LAST_VALID_ON] = "last_valid_on",
	[PLACE_ISSUED_ON] = "issued_on",
	[PLACE_ISSUED_BY] = "issued_by",
	[PLACE_EVENT_CODE] = "event_code",
	[PLACE_EVENT_TITLE] = "event_title",
	[PLACE_EVENT_STARTS_ON] = "event_starts_on",
	[PLACE_EVENT_ENDS_ON] = "event_ends_on",
	[PLACE_EVENT_DATES] = "event_dates",
	[PLACE_ISSUER_NAME] = "issuer_name",
	[PLACE_ISSUER_URL] = "issuer_url",
	[PLACE_VERIFICATION_URL] = "verification_url",
	[PLACE_REVISION] = "revision",
	[PLACE_VERIFICATION_CODE] = "verification_code",
};

typedef enum Escape
{
	ESCAPE_NOTHING,				/* plain text */
	ESCAPE_MARKUP,				/* XML and HTML */
	ESCAPE_JSON,
	ESCAPE_UNKNOWN
} Escape;

typedef struct Section
{
	Placeholder name;
	bool		hides;
} Section;

typedef struct Filling
{
	StringInfoData out;
	Escape		escape;
	const CertificateValues *values;
	CertificateText *filled;
	Section		sections[MAX_SECTIONS];
	int			depth;
	int			hidden;			/* how many open sections hide */
} Filling;

const char *
placeholder_name(Placeholder placeholder)
{
	return placeholder_names[placeholder];
}

/* How values are escaped in text of a media type; parameters don't matter. */
static Escape
escape_of(const char *media_type)
{
	int			length = strcspn(media_type, "; \t");
	char	   *type = pnstrdup(media_type, length);

	for (int i = 0; i < length; i++)
		type[i] = pg_ascii_tolower(type[i]);
	if (strcmp(type, "text/html") == 0 || strcmp(type, "text/xml") == 0 ||
		strcmp(type, "application/xml") == 0 ||
		(length > 4 && strcmp(type + length - 4, "+xml") == 0))
		return ESCAPE_MARKUP;
	if (strcmp(type, "application/json") == 0 ||
		(length > 5 && strcmp(type + length - 5, "+json") == 0))
		return ESCAPE_JSON;
	if (strncmp(type, "text/", 5) == 0)
		return ESCAPE_NOTHING;
	return ESCAPE_UNKNOWN;
}

/*
 * Appends a value to markup, as text or within a quoted attribute. What XML
 * has no place for is left out.
 */
static void
append_markup(StringInfo out, const char *value)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (const char *at = value; *at != '\0'; at++)
	{
		unsigned char byte = *at;

		switch (byte)
		{
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\'':
				appendStringInfoString(out, "&#39;");
				break;
			case '\t':
			case '\n':
			case '\r':
				appendStringInfo(out, "&#%d;", byte);
				break;
			default:
				if (byte < ' ')
					break;
				if (utf8 && (strncmp(at, "\xEF\xBF\xBE", 3) == 0 ||
							 strncmp(at, "\xEF\xBF\xBF", 3) == 0))
				{
					at += 2;
					break;
				}
				appendStringInfoChar(out, byte);
		}
	}
}

static void
append_value(Filling *filling, const char *value)
{
	StringInfoData json;

	switch (filling->escape)
	{
		case ESCAPE_MARKUP:
			append_markup(&filling->out, value);
			break;
		case ESCAPE_JSON:
			initStringInfo(&json);
			escape_json(&json, value);
			appendBinaryStringInfo(&filling->out, json.data + 1,
								   json.len - 2);
			break;
		case ESCAPE_NOTHING:
		case ESCAPE_UNKNOWN:
			appendStringInfoString(&filling->out, value);
			break;
	}
}

/*
 * The width of a character, in thousandths of the font's size. What fonts
 * look like is not known here, so this is about the widest of common ones.
 */
static int
character_width(const unsigned char *at, int length)
{
	int			columns;
	pg_wchar	code;

	if (length == 1 && *at < 0x80)
	{
		if (strchr("ijlIJft.,;:!|'()[] -", *at) != NULL)
			return 430;
		if (strchr("mwMW@%&", *at) != NULL)
			return 1050;
		if (*at >= 'A' && *at <= 'Z')
			return 880;
		return 650;
	}
	columns = pg_encoding_dsplen(GetDatabaseEncoding(), (const char *) at);
	if (columns <= 0)
		return 0;
	if (columns >= 2)
		return 1050;
	if (GetDatabaseEncoding() != PG_UTF8)
		return 1000;
	code = utf8_to_unicode(at);
	if (code < 0x0250)			/* Latin */
		return 800;
	if (code < 0x0600)			/* Greek, Cyrillic, Armenian, Hebrew */
		return 900;
	if (code >= 0xFDF0 && code <= 0xFDFD)	/* whole words as one sign */
		return 9000;
	if (code < 0x0900)			/* Arabic, Syriac */
		return 700;
	return 1100;				/* Indic and others with wide signs */
}

/* The largest font size up to most at which the value fits into a width. */
static double
fitting_size(const char *value, double width, double most)
{
	double		ems = 0;
	int			length;

	for (const char *at = value; *at != '\0'; at += length)
	{
		length = pg_mblen(at);
		ems += character_width((const unsigned char *) at, length) / 1000.0;
	}
	return ems * most <= width ? most : width / ems;
}

static bool
has_value(const Filling *filling, Placeholder name)
{
	const char *value = filling->values->text[name];

	return value != NULL && value[0] != '\0';
}

static bool
find_placeholder(const char *name, Placeholder *found)
{
	for (int i = 0; i < PLACE_COUNT; i++)
	{
		if (strcmp(placeholder_names[i], name) == 0)
		{
			*found = i;
			return true;
		}
	}
	return false;
}

/* A name as problems quote it, not longer than is readable. */
static char *
quoted(const char *name)
{
	int			length = strlen(name);
	int			shown = pg_mbcliplen(name, length, QUOTED_LENGTH);

	return psprintf("{{%.*s%s}}", shown, name, shown < length ? "..." : "");
}

static char *
too_long(void)
{
	return psprintf("the certificate would be longer than %d MB",
					CONTENT_LIMIT / (1024 * 1024));
}

static char *
unknown(const char *name)
{
	const char *nearest = rule_nearest(name, strlen(name), placeholder_names,
									   PLACE_COUNT);

	return psprintf("the template has an unknown placeholder %s%s",
					quoted(name), nearest == NULL ? "" :
					psprintf("; did you mean {{%s}}?", nearest));
}

/* {{#name}}, {{^name}} or {{/name}}; returns a problem or NULL. */
static char *
take_section(Filling *filling, char mark, const char *name)
{
	Placeholder place;
	Section    *section;

	if (!find_placeholder(name, &place))
		return unknown(name);
	if (mark == '/')
	{
		if (filling->depth == 0 ||
			filling->sections[filling->depth - 1].name != place)
			return psprintf("the template ends a section that is not open: {{/%s}}",
							name);
		section = &filling->sections[--filling->depth];
		if (section->hides)
			filling->hidden--;
		return NULL;
	}
	if (filling->depth == MAX_SECTIONS)
		return psprintf("the template has more than %d sections inside each other",
						MAX_SECTIONS);
	section = &filling->sections[filling->depth++];
	section->name = place;
	section->hides = has_value(filling, place) != (mark == '#');
	if (section->hides)
		filling->hidden++;
	return NULL;
}

/* {{font_size name width most}}; returns a problem or NULL. */
static char *
take_font_size(Filling *filling, const char *words)
{
	char		name[NAMEDATALEN];
	double		width;
	double		most;
	int			end = 0;
	Placeholder place;

	if (sscanf(words, "font_size %63s %lf %lf %n", name, &width, &most,
			   &end) != 3 || words[end] != '\0' ||
		!(width > 0 && width < 1e6 && most > 0 && most < 1e6))
		return psprintf("the template has a font size that cannot be read: %s; write {{font_size learner_name 900 60}}",
						quoted(words));
	if (!find_placeholder(name, &place))
		return unknown(name);
	if (filling->hidden == 0)
		appendStringInfo(&filling->out, "%.2f",
						 fitting_size(has_value(filling, place) ?
									  filling->values->text[place] : "",
									  width, most));
	return NULL;
}

/* What stands between {{ and }}; returns a problem or NULL. */
static char *
take_placeholder(Filling *filling, char *words)
{
	Placeholder place;

	while (*words == ' ' || *words == '\t' || *words == '\n' ||
		   *words == '\r')
		words++;
	for (int end = strlen(words);
		 end > 0 && strchr(" \t\n\r", words[end - 1]) != NULL; end--)
		words[end - 1] = '\0';
	if (*words == '#' || *words == '^' || *words == '/')
		return take_section(filling, *words, words + 1);
	if (strncmp(words, "font_size ", 10) == 0)
		return take_font_size(filling, words);
	if (!find_placeholder(words, &place))
		return unknown(words);
	if (filling->hidden > 0 || !has_value(filling, place))
		return NULL;
	if (strlen(filling->values->text[place]) > CONTENT_LIMIT)
		return too_long();
	append_value(filling, filling->values->text[place]);
	filling->filled->shown[place] = true;
	return NULL;
}

/*
 * Fills a template in. Returns NULL, or a problem in words for the template's
 * author; filled is then not to be used.
 */
char *
certificate_fill(const char *body, const char *media_type,
				 const CertificateValues *values, CertificateText *filled)
{
	Filling		filling = {.values = values, .filled = filled};
	const char *at = body;

	memset(filled, 0, sizeof(CertificateText));
	filling.escape = escape_of(media_type);
	if (filling.escape == ESCAPE_UNKNOWN)
		return psprintf("the template has the media type \"%s\", for which escaping is not known; use image/svg+xml, text/html, another XML type, application/json or a text type",
						media_type);
	initStringInfo(&filling.out);
	for (;;)
	{
		const char *open = strstr(at, "{{");
		const char *close;
		char	   *problem;
		size_t		length = open != NULL ? open - at : strlen(at);

		CHECK_FOR_INTERRUPTS();
		if (filling.hidden == 0)
		{
			if (length > CONTENT_LIMIT - filling.out.len)
				return too_long();
			appendBinaryStringInfo(&filling.out, at, length);
		}
		if (open == NULL)
			break;
		close = strstr(open + 2, "}}");
		if (close == NULL)
			return psprintf("the template has a placeholder without an end: %s",
							quoted(open + 2));
		problem = take_placeholder(&filling,
								   pnstrdup(open + 2, close - open - 2));
		if (problem != NULL)
			return problem;
		if (filling.out.len > CONTENT_LIMIT)
			return too_long();
		at = close + 2;
	}
	if (filling.depth > 0)
	{
		const Section *open = &filling.sections[filling.depth - 1];

		return psprintf("the template has a section without an end: {{#%s}}",
						placeholder_name(open->name));
	}
	filled->content = filling.out.data;
	return NULL;
}
