# SPDX-License-Identifier: BSD-3-Clause
#
# Everything speaks TAP, so that test points can be counted.

TEST_EXTENSIONS = .sh .tap
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)
TAP_LOG_DRIVER = $(tap_driver)
LOG_COMPILER = $(SHELL) $(top_srcdir)/%D%/run-unit.sh
SH_LOG_COMPILER = $(SHELL)
TAP_LOG_COMPILER = $(SHELL)

# What the tests know of where they are.  Scripts and case commands use these
# names only.
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	LC_ALL=C; export LC_ALL; \
	SOURCE='$(abs_top_srcdir)'; export SOURCE; \
	BUILD='$(abs_top_builddir)'; export BUILD; \
	KEYWEIGH='$(abs_top_builddir)/src/keyweigh'; export KEYWEIGH; \
	DATA='$(abs_top_builddir)/tests/data'; export DATA; \
	SAMPLES='$(abs_top_srcdir)/samples'; export SAMPLES; \
	VERSION='$(PACKAGE_VERSION)'; export VERSION; \
	NM='$(NM)'; export NM;

# Unit tests: one program per module, one line each.
unit_programs = \
	%D%/unit/test-acceptance \
	%D%/unit/test-alloc-jemalloc \
	%D%/unit/test-alloc-others \
	%D%/unit/test-aof-acceptance \
	%D%/unit/test-aof-commands \
	%D%/unit/test-aof-era \
	%D%/unit/test-aof-laws \
	%D%/unit/test-aof-log \
	%D%/unit/test-aof-record \
	%D%/unit/test-aof-repair \
	%D%/unit/test-aof-state \
	%D%/unit/test-block-kinds \
	%D%/unit/test-codec \
	%D%/unit/test-cost \
	%D%/unit/test-cost-collections \
	%D%/unit/test-cost-db \
	%D%/unit/test-cost-key \
	%D%/unit/test-cost-stream \
	%D%/unit/test-cost-vectorset \
	%D%/unit/test-crc64 \
	%D%/unit/test-duplicates \
	%D%/unit/test-escape \
	%D%/unit/test-export-json \
	%D%/unit/test-export-value \
	%D%/unit/test-extents \
	%D%/unit/test-filter \
	%D%/unit/test-glob \
	%D%/unit/test-heap \
	%D%/unit/test-histogram \
	%D%/unit/test-hll-runs \
	%D%/unit/test-input \
	%D%/unit/test-intset \
	%D%/unit/test-keyspace \
	%D%/unit/test-keyspace-load \
	%D%/unit/test-keyspace-tidy \
	%D%/unit/test-listpack \
	%D%/unit/test-listpack-entry \
	%D%/unit/test-log \
	%D%/unit/test-log-expiry \
	%D%/unit/test-log-keys \
	%D%/unit/test-log-timeline \
	%D%/unit/test-lzf-stream \
	%D%/unit/test-manifest \
	%D%/unit/test-map \
	%D%/unit/test-number \
	%D%/unit/test-operands \
	%D%/unit/test-ordered \
	%D%/unit/test-output \
	%D%/unit/test-pack \
	%D%/unit/test-partial-sort \
	%D%/unit/test-path \
	%D%/unit/test-pool \
	%D%/unit/test-prefix \
	%D%/unit/test-pricer \
	%D%/unit/test-profile \
	%D%/unit/test-rax \
	%D%/unit/test-rdb-write \
	%D%/unit/test-reader \
	%D%/unit/test-replay \
	%D%/unit/test-replay-array \
	%D%/unit/test-replay-bits \
	%D%/unit/test-replay-generic \
	%D%/unit/test-replay-geo \
	%D%/unit/test-replay-hash \
	%D%/unit/test-replay-hll \
	%D%/unit/test-replay-list \
	%D%/unit/test-replay-set \
	%D%/unit/test-replay-stream \
	%D%/unit/test-replay-string \
	%D%/unit/test-replay-vectorset \
	%D%/unit/test-replay-zset \
	%D%/unit/test-salvage \
	%D%/unit/test-score-text \
	%D%/unit/test-segments \
	%D%/unit/test-slabs \
	%D%/unit/test-slot \
	%D%/unit/test-spool \
	%D%/unit/test-stream-nodes \
	%D%/unit/test-summary \
	%D%/unit/test-top \
	%D%/unit/test-type \
	%D%/unit/test-value-array \
	%D%/unit/test-value-hash \
	%D%/unit/test-value-list \
	%D%/unit/test-value-set \
	%D%/unit/test-value-stream \
	%D%/unit/test-value-string \
	%D%/unit/test-value-zset \
	%D%/unit/test-vector \
	%D%/unit/test-vector-graph \
	%D%/unit/test-wide \
	%D%/unit/test-width \
	%D%/unit/test-workers \
	%D%/unit/test-writer \
	%D%/unit/test-ziplist \
	%D%/unit/test-zipmap

if HAVE_CMOCKA
LDADD = src/libkeyweigh.a -lcmocka
check_PROGRAMS += $(unit_programs)
core_tests = $(unit_programs)
else
EXTRA_PROGRAMS += $(unit_programs)
core_tests =
endif

core_tests += \
	%D%/run-cases.tap \
	%D%/run-convert.tap \
	%D%/run-fuzz.tap \
	%D%/run-properties.tap

script_tests = \
	%D%/check-layers.sh \
	%D%/check-options.sh \
	%D%/check-prints.sh \
	%D%/check-style.sh \
	%D%/run-acceptance.tap \
	%D%/run-aof-acceptance.tap \
	%D%/run-accuracy.tap \
	%D%/run-explain.tap \
	%D%/run-allocators.tap \
	%D%/run-convert-live.tap \
	%D%/run-aof-report.tap \
	%D%/run-live.tap \
	%D%/run-man-examples.tap \
	%D%/run-memory.tap \
	%D%/run-replay-live.tap \
	%D%/run-repair-live.tap \
	%D%/run-repair.tap \
	%D%/run-truth.tap \
	%D%/run-vectorset-live.tap

TESTS += $(core_tests) $(script_tests)

# What is worth running under sanitizers.
check-core:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(core_tests)'
.PHONY: check-core

# Fixtures are text; mkrdb, which shares no code with the program, makes the
# files of them.
check_PROGRAMS += %D%/tools/mkrdb
%C%_tools_mkrdb_SOURCES = \
	%D%/tools/mkrdb-packed.c \
	%D%/tools/mkrdb-text.c \
	%D%/tools/mkrdb.c \
	%D%/tools/mkrdb.h
%C%_tools_mkrdb_LDADD =

# mkcommands makes random streams of client commands, sort-values puts what
# keyweigh says of values into an order in which equal ones are equal.
check_PROGRAMS += \
	%D%/tools/mkcommands \
	%D%/tools/sort-values
%C%_tools_mkcommands_SOURCES = \
	%D%/tools/mkcommands-draw.c \
	%D%/tools/mkcommands-grammar.c \
	%D%/tools/mkcommands-payload.c \
	%D%/tools/mkcommands-templates.c \
	%D%/tools/mkcommands-values.c \
	%D%/tools/mkcommands.c \
	%D%/tools/mkcommands.h
%C%_tools_mkcommands_LDADD =
%C%_tools_sort_values_LDADD =

# What scripts need beside: truth compares with real servers, ask-allocator
# with real allocators, damage harms fixtures in every way, dribble feeds a
# pipe byte by byte, peak measures memory, generate and generate-log make big
# dumps and logs.
check_PROGRAMS += \
	%D%/bench/generate \
	%D%/bench/generate-log \
	%D%/tools/ask-allocator \
	%D%/tools/damage \
	%D%/tools/dribble \
	%D%/tools/log-law \
	%D%/tools/peak \
	%D%/tools/salvage-law \
	%D%/tools/truth
%C%_bench_generate_LDADD =
%C%_bench_generate_log_LDADD =
%C%_tools_ask_allocator_LDADD = src/libkeyweigh.a
%C%_tools_log_law_LDADD = src/libkeyweigh.a
%C%_tools_peak_LDADD =
%C%_tools_salvage_law_LDADD = src/libkeyweigh.a
%C%_tools_damage_SOURCES = %D%/tools/damage.c %D%/fuzz/fuzz-rdb.c
%C%_tools_damage_LDADD = src/libkeyweigh.a
%C%_tools_dribble_LDADD =
%C%_tools_truth_LDADD =

fixtures: %D%/data/stamp
.PHONY: fixtures
check_DATA = %D%/data/stamp
%D%/data/stamp: %D%/tools/mkrdb$(EXEEXT) $(srcdir)/%D%/data/*.txt \
		$(srcdir)/%D%/data/acceptance/*.txt
	$(AM_V_GEN)$(MKDIR_P) %D%/data/acceptance && \
	%D%/tools/mkrdb %D%/data $(srcdir)/%D%/data/*.txt && \
	%D%/tools/mkrdb %D%/data/acceptance \
		$(srcdir)/%D%/data/acceptance/*.txt && \
	: >$@

# Fuzz targets: on libFuzzer with --enable-fuzz, else with a driver that
# replays files.
fuzz_programs = \
	%D%/fuzz/fuzz-aof \
	%D%/fuzz/fuzz-convert \
	%D%/fuzz/fuzz-lzf \
	%D%/fuzz/fuzz-manifest \
	%D%/fuzz/fuzz-packed \
	%D%/fuzz/fuzz-rdb \
	%D%/fuzz/fuzz-repair \
	%D%/fuzz/fuzz-replay \
	%D%/fuzz/fuzz-salvage \
	%D%/fuzz/fuzz-stream
check_PROGRAMS += $(fuzz_programs)
fuzz: $(fuzz_programs) fixtures
.PHONY: fuzz
if FUZZ
fuzz_driver =
fuzz_link = -fsanitize=fuzzer
else
fuzz_driver = %D%/fuzz/driver.c
fuzz_link =
endif
# check is no part of the library: the command's own objects.
%C%_fuzz_fuzz_aof_SOURCES = %D%/fuzz/fuzz-aof.c $(fuzz_driver) \
	src/cli/check-aof.c \
	src/cli/check-findings.c \
	src/cli/check-json.c \
	src/cli/check-print.c \
	src/cli/check-rdb.c \
	src/cli/check-redis.c \
	src/cli/check.c \
	src/cli/input-files.c \
	src/cli/message.c \
	src/cli/progress.c \
	src/cli/run-trouble.c \
	src/cli/repair-until.c \
	src/cli/run-log.c \
	src/cli/run.c \
	src/cli/signals.c
%C%_fuzz_fuzz_aof_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_aof_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_convert_SOURCES = %D%/fuzz/fuzz-convert.c $(fuzz_driver)
%C%_fuzz_fuzz_convert_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_convert_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_lzf_SOURCES = %D%/fuzz/fuzz-lzf.c $(fuzz_driver)
%C%_fuzz_fuzz_lzf_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_lzf_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_manifest_SOURCES = %D%/fuzz/fuzz-manifest.c $(fuzz_driver)
%C%_fuzz_fuzz_manifest_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_manifest_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_packed_SOURCES = %D%/fuzz/fuzz-packed.c $(fuzz_driver)
%C%_fuzz_fuzz_packed_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_packed_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_rdb_SOURCES = %D%/fuzz/fuzz-rdb.c $(fuzz_driver)
%C%_fuzz_fuzz_rdb_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_rdb_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_repair_SOURCES = %D%/fuzz/fuzz-repair.c $(fuzz_driver)
%C%_fuzz_fuzz_repair_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_repair_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_replay_SOURCES = %D%/fuzz/fuzz-replay.c $(fuzz_driver)
%C%_fuzz_fuzz_replay_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_replay_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_salvage_SOURCES = %D%/fuzz/fuzz-salvage.c $(fuzz_driver)
%C%_fuzz_fuzz_salvage_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_salvage_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)
%C%_fuzz_fuzz_stream_SOURCES = %D%/fuzz/fuzz-stream.c $(fuzz_driver)
%C%_fuzz_fuzz_stream_LDADD = src/libkeyweigh.a
%C%_fuzz_fuzz_stream_LDFLAGS = $(AM_LDFLAGS) $(fuzz_link)

# Not part of check: make bench.
bench: %D%/bench/generate %D%/bench/generate-log %D%/tools/peak src/keyweigh
	KEYWEIGH=src/keyweigh GENERATE=%D%/bench/generate \
		GENERATE_LOG=%D%/bench/generate-log PEAK=%D%/tools/peak \
		$(SHELL) $(srcdir)/%D%/bench/run.sh
.PHONY: bench

EXTRA_DIST += \
	%D%/bench/run.sh \
	%D%/cases \
	%D%/data \
	%D%/fuzz/corpus \
	%D%/fuzz/driver.c \
	%D%/fuzz/fuzz.h \
	%D%/lib.sh \
	%D%/run-unit.sh \
	%D%/tools/mkvectors.awk \
	%D%/tools/resp.awk \
	%D%/truth \
	%D%/unit/ask-allocator.h \
	%D%/unit/drip.h \
	%D%/unit/input-file.h \
	%D%/unit/log-files.h \
	%D%/unit/log-text.h \
	%D%/unit/made-log.h \
	%D%/unit/own-folder.h \
	%D%/unit/packed-walk.h \
	%D%/unit/replay-text.h \
	%D%/unit/price-value.h \
	%D%/unit/sample-record.h \
	%D%/unit/value-store.h \
	%D%/unit/value-text.h \
	%D%/unit/walk-text.h \
	$(script_tests) \
	%D%/run-cases.tap \
	%D%/run-convert.tap \
	%D%/run-fuzz.tap \
	%D%/run-properties.tap
clean-local:
	rm -rf %D%/data/stamp %D%/data/*.rdb %D%/data/*.aof \
		%D%/data/acceptance/*.rdb
