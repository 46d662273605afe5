EXTENSION  = achieve
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" achieve.control)
MODULE_big = achieve
OBJS       = src/achieve.o src/decimal.o src/rule_scan.o src/rule_error.o src/rule_parse.o src/rule_form.o src/rule_print.o src/rule_flat.o src/rule_io.o src/rule_eval.o src/rule_facts.o src/rule_explain.o src/validity.o
HDRS       = $(wildcard src/*.h)
PG_CPPFLAGS = -I$(srcdir)/src -DACHIEVE_VERSION='"$(EXTVERSION)"'
PG_CFLAGS  = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wshadow -Wstrict-prototypes

# The extension script: types, operators, functions. Order is meaning: listed.
SQL_PARTS  = sql/00-header.sql sql/10-rule.sql sql/30-validity.sql sql/60-oracle.sql
DATA_built = sql/achieve--$(EXTVERSION).sql

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS) $(OBJS:.o=.bc): $(HDRS)
$(DATA_built): $(SQL_PARTS) achieve.control
	cat $(filter %.sql,$^) > $@
