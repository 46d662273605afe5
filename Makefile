# achieve: build with "make", try with "make demo", test with "make check".

EXTENSION  = achieve
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" achieve.control)
MODULE_big = achieve

OBJS = \
	src/achieve.o \
	src/chapters.o \
	src/decimal.o \
	src/identities.o \
	src/install.o \
	src/installation.o \
	src/restore.o \
	src/rule_error.o \
	src/rule_eval.o \
	src/rule_explain.o src/rule_words.o src/rule_waiting.o \
	src/rule_facts.o \
	src/rule_flat.o \
	src/rule_form.o \
	src/rule_io.o \
	src/rule_json.o \
	src/rule_json_attendance.o \
	src/rule_parse.o \
	src/rule_print.o \
	src/rule_scan.o \
	src/validity.o

# Chapters of the extension script (types, operators, functions). Order is
# meaning: listed. The last one sets privileges.
SQL_PARTS = \
	sql/00-header.sql \
	sql/10-rule.sql \
	sql/20-install.sql \
	sql/30-validity.sql sql/40-engine.sql \
	sql/60-oracle.sql \
	sql/90-privileges.sql

# Chapters that install() runs (tables, triggers, views), compiled into the library.
INSTALL_PARTS = \
	sql/install/10-catalogue.sql \
	sql/install/20-delivery.sql \
	sql/install/30-outcomes.sql \
	sql/install/40-triggers.sql \
	sql/install/50-tabs.sql \
	sql/install/60-reports.sql

# Regression tests, each test/sql/NAME.sql with expected/NAME.out.
REGRESS = \
	install

# Races, each test/isolation/specs/NAME.spec with test/isolation/expected/NAME.out.
ISOLATION =

HDRS        = $(wildcard src/*.h) src/install_sql.h
DATA_built  = sql/achieve--$(EXTVERSION).sql
PG_CPPFLAGS = -I$(srcdir)/src -DACHIEVE_VERSION='"$(EXTVERSION)"'
WARNINGS    = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wshadow -Wstrict-prototypes
PG_CFLAGS   = $(if $(findstring clang,$(CC)),,$(WARNINGS))
EXTRA_CLEAN = src/install_sql.h

REGRESS_OPTS   = --inputdir=$(srcdir)/test --outputdir=. --load-extension=achieve
ISOLATION_OPTS = --inputdir=$(srcdir)/test/isolation --load-extension=achieve

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
# Bitcode needs the clang that PostgreSQL was built with.
BITCODE_CLANG := $(shell sed -n 's/^CLANG = //p' $(dir $(PGXS))../Makefile.global)
ifeq ($(shell command -v $(BITCODE_CLANG) 2>/dev/null),)
override with_llvm = no
endif
include $(PGXS)

# PGXS on Debian does not track headers.
$(OBJS) $(OBJS:.o=.bc): $(HDRS) achieve.control

src/install_sql.h: tools/embed.awk $(INSTALL_PARTS)
	awk -f tools/embed.awk $(INSTALL_PARTS) > $@

$(DATA_built): $(SQL_PARTS) achieve.control
	cat $(SQL_PARTS) > $@
