# SPDX-License-Identifier: BSD-3-Clause
#
# Macros of configure.ac.

# KEYWEIGH_OPTIONAL_LIB(NAME, HEADER, LIBRARY, FUNCTION, PACKAGE, WHAT)
#
# --without-NAME leaves it out, --with-NAME insists on it, and by default it is
# used when it is there.  Sets with_NAME to yes or no, defines HAVE_NAME, and
# sets the automake conditional of the same name.
AC_DEFUN([KEYWEIGH_OPTIONAL_LIB],
[AC_ARG_WITH([$1],
    [AS_HELP_STRING([--without-$1], [do without $6 ($1)])],
    [keyweigh_asked=yes], [with_$1=yes; keyweigh_asked=no])
 AS_IF([test "$with_$1" != no],
    [keyweigh_found=no
     AC_CHECK_HEADER([$2],
        [AC_CHECK_LIB([$3], [$4], [keyweigh_found=yes])])
     AS_IF([test $keyweigh_found = yes],
        [LIBS="-l$3 $LIBS"
         AC_DEFINE(m4_toupper([HAVE_$1]), [1], [Define for $6.])],
        [test $keyweigh_asked = yes],
        [AC_MSG_ERROR([$1 is missing; on Debian: apt-get install $5])],
        [AC_MSG_WARN([no $6: $1 is missing])])
     with_$1=$keyweigh_found])
 AM_CONDITIONAL(m4_toupper([HAVE_$1]), [test "$with_$1" = yes])])

# KEYWEIGH_TRY_CFLAG(FLAG)
#
# Appends FLAG to KEYWEIGH_CFLAGS when the compiler knows it.
AC_DEFUN([KEYWEIGH_TRY_CFLAG],
[keyweigh_save=$CFLAGS
 CFLAGS="$CFLAGS -Werror $1"
 AC_MSG_CHECKING([whether $CC accepts $1])
 AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); KEYWEIGH_CFLAGS="$KEYWEIGH_CFLAGS $1"],
    [AC_MSG_RESULT([no])])
 CFLAGS=$keyweigh_save])

# KEYWEIGH_WARNINGS
#
# The language standard and every warning of ours that this compiler has;
# --enable-werror makes errors of them.
AC_DEFUN([KEYWEIGH_WARNINGS],
[AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
 for keyweigh_flag in -std=c11 -Wall -Wextra -Wshadow -Wconversion \
        -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef \
        -Wvla -Wimplicit-fallthrough; do
    KEYWEIGH_TRY_CFLAG([$keyweigh_flag])
 done
 AS_IF([test "$enable_werror" = yes],
    [KEYWEIGH_CFLAGS="$KEYWEIGH_CFLAGS -Werror"])])

# KEYWEIGH_INSTRUMENT(NAME, FLAGS, WHAT)
#
# --enable-NAME compiles and links with FLAGS.
AC_DEFUN([KEYWEIGH_INSTRUMENT],
[AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$3])])
 AS_IF([test "$enable_$1" = yes],
    [KEYWEIGH_CFLAGS="$KEYWEIGH_CFLAGS $2"
     KEYWEIGH_LDFLAGS="$KEYWEIGH_LDFLAGS $2"
     KEYWEIGH_INSTRUMENTED="$KEYWEIGH_INSTRUMENTED, $1"])])

# KEYWEIGH_INSTRUMENTATION
#
# Sanitizers, coverage, and libFuzzer (clang only).
AC_DEFUN([KEYWEIGH_INSTRUMENTATION],
[KEYWEIGH_INSTRUMENT([asan],
    [-fsanitize=address -fno-omit-frame-pointer], [use AddressSanitizer])
 KEYWEIGH_INSTRUMENT([ubsan],
    [-fsanitize=undefined -fno-sanitize-recover=all],
    [use UndefinedBehaviorSanitizer])
 KEYWEIGH_INSTRUMENT([coverage], [--coverage], [measure coverage])
 AC_ARG_ENABLE([fuzz],
    [AS_HELP_STRING([--enable-fuzz],
        [build the fuzz targets on libFuzzer (clang)])])
 AS_IF([test "$enable_fuzz" = yes],
    [keyweigh_save=$CFLAGS
     CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
     AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [],
        [AC_MSG_ERROR([--enable-fuzz needs a compiler with libFuzzer: CC=clang])])
     CFLAGS=$keyweigh_save
     KEYWEIGH_CFLAGS="$KEYWEIGH_CFLAGS -fsanitize=fuzzer-no-link"
     KEYWEIGH_INSTRUMENTED="$KEYWEIGH_INSTRUMENTED, fuzz"])
 AM_CONDITIONAL([FUZZ], [test "$enable_fuzz" = yes])])
