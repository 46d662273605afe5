/*-------------------------------------------------------------------------
 *
 * rule_json_attendance.c
 *		The attendance that a JSON object of facts tells of.
 *
 * Counts that are values are marks, and the evaluator bounds what follows
 * from the unmarked sessions.  Where a count is itself a range, or the
 * percentage is given, every attendance fact is bounded for itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rule_json.h"

/* A given count, in sessions; 0 where it is not given as a value. */
static int32
count_of(JsonFacts *facts, RuleFact fact)
{
	const GivenFact *given = &facts->given[fact];

	if (given->form == GIVEN_MISSING)
		return 0;
	return (int32) (given->range.low / DECIMAL_ONE);
}

/* Refuse counts that no sequence of marks has. */
static void
check_counts(JsonFacts *facts)
{
	const GivenFact *sessions = &facts->given[RULE_FACT_SESSIONS];
	const GivenFact *attended = &facts->given[RULE_FACT_ATTENDED];
	int32		marks = count_of(facts, RULE_FACT_ATTENDED) +
		count_of(facts, RULE_FACT_ABSENCES) + count_of(facts, RULE_FACT_EXCUSED);
	Decimal		most_attended = attended->form == GIVEN_MISSING ? 0 : attended->range.high;

	if ((sessions->form == GIVEN_VALUE || sessions->form == GIVEN_RANGE) &&
		marks * DECIMAL_ONE > sessions->range.high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("more marks than \"sessions\": %d of %d", marks,
						(int) (sessions->range.high / DECIMAL_ONE)),
				 errhint("\"attended\", \"absences\" and \"excused\" together are at most \"sessions\".")));
	if (count_of(facts, RULE_FACT_LATES) * DECIMAL_ONE > most_attended)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("more \"lates\" than \"attended\": %d of %d",
						count_of(facts, RULE_FACT_LATES),
						(int) (most_attended / DECIMAL_ONE)),
				 errhint("A late learner also counts as attended.")));
}

/*
 * The bounds of the percentage of attended sessions from those of both
 * counts; anything where no session is certain.
 */
static DecimalRange
percentage_bounds(DecimalRange attended, DecimalRange sessions)
{
	DecimalRange range = rule_natural_range(RULE_FACT_ATTENDANCE);
	int64		least = sessions.low / DECIMAL_ONE;
	int64		most = sessions.high / DECIMAL_ONE;

	if (least == 0)
		return range;
	range.low = decimal_ratio_int(100 * (attended.low / DECIMAL_ONE), most);
	if (attended.high < sessions.low)
		range.high = decimal_ratio_int(100 * (attended.high / DECIMAL_ONE), least);
	return range;
}

/* Narrow a range to what is in the other one too; refuse where that is none. */
static DecimalRange
intersect(RuleFact fact, DecimalRange given, DecimalRange possible)
{
	DecimalRange range = {
		Max(given.low, possible.low), Min(given.high, possible.high)
	};

	if (range.low > range.high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" contradicts the other attendance facts",
						rule_fact_name(fact)),
				 errhint("Leave out what follows from the others.")));
	return range;
}

/*
 * Bound every attendance fact for itself, where one of them is given as a
 * range or the percentage is given.  Values are marks so far, ranges say what
 * the number can become; unmarked sessions are absences in a closed event.
 */
static void
bound_attendance_by_fact(JsonFacts *facts, bool scheduled)
{
	static const RuleFact categories[] = {
		RULE_FACT_ATTENDED, RULE_FACT_ABSENCES, RULE_FACT_EXCUSED
	};
	GivenFact  *given = facts->given;
	DecimalRange sessions = rule_natural_range(RULE_FACT_SESSIONS);
	Decimal		marks = 0;
	DecimalRange bounds[RULE_FACT_ATTENDANCE + 1];

	for (int i = 0; i < lengthof(categories); i++)
		marks += count_of(facts, categories[i]) * DECIMAL_ONE;
	if (scheduled)
		sessions = given[RULE_FACT_SESSIONS].range;
	sessions.low = Max(sessions.low, marks);

	for (int i = 0; i < lengthof(categories); i++)
	{
		RuleFact	fact = categories[i];
		Decimal		low = count_of(facts, fact) * DECIMAL_ONE;
		bool		final = scheduled && facts->closed && fact != RULE_FACT_ABSENCES;

		bounds[fact].low = low;
		bounds[fact].high = low + (sessions.high - marks);
		if (given[fact].form == GIVEN_RANGE || given[fact].form == GIVEN_NULL)
			bounds[fact].high = Min(bounds[fact].high, given[fact].range.high);
		else if (final)
			bounds[fact].high = low;
	}
	if (scheduled && facts->closed)
	{
		DecimalRange rest = {
			sessions.low - bounds[RULE_FACT_ATTENDED].high - bounds[RULE_FACT_EXCUSED].high,
			sessions.high - bounds[RULE_FACT_ATTENDED].low - bounds[RULE_FACT_EXCUSED].low
		};

		bounds[RULE_FACT_ABSENCES] = intersect(RULE_FACT_ABSENCES,
											   bounds[RULE_FACT_ABSENCES], rest);
	}

	bounds[RULE_FACT_LATES].low = count_of(facts, RULE_FACT_LATES) * DECIMAL_ONE;
	bounds[RULE_FACT_LATES].high = bounds[RULE_FACT_ATTENDED].high;
	if (given[RULE_FACT_LATES].form == GIVEN_RANGE)
		bounds[RULE_FACT_LATES].high = Min(bounds[RULE_FACT_LATES].high,
										   given[RULE_FACT_LATES].range.high);
	else if (given[RULE_FACT_LATES].form != GIVEN_NULL && scheduled && facts->closed)
		bounds[RULE_FACT_LATES].high = bounds[RULE_FACT_LATES].low;

	bounds[RULE_FACT_SESSIONS] = sessions;
	bounds[RULE_FACT_ATTENDANCE] = scheduled ?
		percentage_bounds(bounds[RULE_FACT_ATTENDED], sessions) :
		rule_natural_range(RULE_FACT_ATTENDANCE);
	if (given[RULE_FACT_ATTENDANCE].form != GIVEN_MISSING)
		bounds[RULE_FACT_ATTENDANCE] = intersect(RULE_FACT_ATTENDANCE,
												 given[RULE_FACT_ATTENDANCE].range,
												 bounds[RULE_FACT_ATTENDANCE]);

	for (RuleFact fact = 0; fact <= RULE_FACT_ATTENDANCE; fact++)
	{
		given[fact].form = GIVEN_RANGE;
		given[fact].range = bounds[fact];
		if (!scheduled && rule_is_count(fact) &&
			bounds[fact].high >= rule_natural_range(fact).high - marks)
			given[fact].range.high = DECIMAL_INFINITY;
	}
	facts->asked.attendance.sessions = RULE_ATTENDANCE_BY_FACT;
}

/* Fill in what the evaluator knows of attendance. */
void
rule_read_attendance(JsonFacts *facts)
{
	RuleAttendance *attendance = &facts->asked.attendance;
	const GivenFact *given = facts->given;
	bool		scheduled;
	bool		by_fact = given[RULE_FACT_SESSIONS].form == GIVEN_RANGE ||
		given[RULE_FACT_ATTENDANCE].form == GIVEN_VALUE ||
		given[RULE_FACT_ATTENDANCE].form == GIVEN_RANGE;

	check_counts(facts);
	scheduled = (given[RULE_FACT_SESSIONS].form == GIVEN_VALUE ||
				 given[RULE_FACT_SESSIONS].form == GIVEN_RANGE) &&
		given[RULE_FACT_SESSIONS].range.high > 0;
	for (RuleFact fact = RULE_FACT_ATTENDED; fact <= RULE_FACT_LATES; fact++)
		by_fact |= given[fact].form == GIVEN_RANGE || given[fact].form == GIVEN_NULL;
	if (by_fact)
	{
		bound_attendance_by_fact(facts, scheduled);
		return;
	}
	attendance->sessions = scheduled ? count_of(facts, RULE_FACT_SESSIONS) : 0;
	attendance->attended = count_of(facts, RULE_FACT_ATTENDED);
	attendance->absences = count_of(facts, RULE_FACT_ABSENCES);
	attendance->excused = count_of(facts, RULE_FACT_EXCUSED);
	attendance->lates = count_of(facts, RULE_FACT_LATES);
	if (scheduled && facts->closed)
		attendance->absences = attendance->sessions - attendance->attended -
			attendance->excused;
}
