# SPDX-License-Identifier: BSD-3-Clause
dist_man_MANS += \
	%D%/keyweigh-aof.1 \
	%D%/keyweigh-check.1 \
	%D%/keyweigh-convert.1 \
	%D%/keyweigh-explain.1 \
	%D%/keyweigh-keys.1 \
	%D%/keyweigh-model.7 \
	%D%/keyweigh-prefix.1 \
	%D%/keyweigh-repair.1 \
	%D%/keyweigh-report.1 \
	%D%/keyweigh-top.1 \
	%D%/keyweigh.1
