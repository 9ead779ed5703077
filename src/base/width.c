/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/width.h"

#include <stdint.h>

struct interval {
    uint32_t first;
    uint32_t last;
};

/* Unicode 14 EastAsianWidth.txt, W and F, with unassigned code points between
 * two of one block counted in. */
static const struct interval wide[] = {
    { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x2329, 0x232A },
    { 0x23E9, 0x23EC }, { 0x23F0, 0x23F0 }, { 0x23F3, 0x23F3 },
    { 0x25FD, 0x25FE }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 },
    { 0x267F, 0x267F }, { 0x2693, 0x2693 }, { 0x26A1, 0x26A1 },
    { 0x26AA, 0x26AB }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 },
    { 0x26CE, 0x26CE }, { 0x26D4, 0x26D4 }, { 0x26EA, 0x26EA },
    { 0x26F2, 0x26F3 }, { 0x26F5, 0x26F5 }, { 0x26FA, 0x26FA },
    { 0x26FD, 0x26FD }, { 0x2705, 0x2705 }, { 0x270A, 0x270B },
    { 0x2728, 0x2728 }, { 0x274C, 0x274C }, { 0x274E, 0x274E },
    { 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
    { 0x27B0, 0x27B0 }, { 0x27BF, 0x27BF }, { 0x2B1B, 0x2B1C },
    { 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 }, { 0x2E80, 0x303E },
    { 0x3041, 0x3247 }, { 0x3250, 0x4DBF }, { 0x4E00, 0xA4CF },
    { 0xA960, 0xA97F }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
    { 0xFE10, 0xFE19 }, { 0xFE30, 0xFE6F }, { 0xFF01, 0xFF60 },
    { 0xFFE0, 0xFFE6 }, { 0x16FE0, 0x1B2FF }, { 0x1F004, 0x1F004 },
    { 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A },
    { 0x1F200, 0x1F320 }, { 0x1F32D, 0x1F335 }, { 0x1F337, 0x1F37C },
    { 0x1F37E, 0x1F393 }, { 0x1F3A0, 0x1F3CA }, { 0x1F3CF, 0x1F3D3 },
    { 0x1F3E0, 0x1F3F0 }, { 0x1F3F4, 0x1F3F4 }, { 0x1F3F8, 0x1F43E },
    { 0x1F440, 0x1F440 }, { 0x1F442, 0x1F4FC }, { 0x1F4FF, 0x1F53D },
    { 0x1F54B, 0x1F54E }, { 0x1F550, 0x1F567 }, { 0x1F57A, 0x1F57A },
    { 0x1F595, 0x1F596 }, { 0x1F5A4, 0x1F5A4 }, { 0x1F5FB, 0x1F64F },
    { 0x1F680, 0x1F6C5 }, { 0x1F6CC, 0x1F6CC }, { 0x1F6D0, 0x1F6D2 },
    { 0x1F6D5, 0x1F6DF }, { 0x1F6EB, 0x1F6EF }, { 0x1F6F4, 0x1F6FF },
    { 0x1F7E0, 0x1F7EB }, { 0x1F90C, 0x1F93A }, { 0x1F93C, 0x1F945 },
    { 0x1F947, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
};

/* Nonspacing marks and Hangul vowels and finals, which join the consonant
 * before them. */
static const struct interval combining[] = {
    { 0x300, 0x36F }, { 0x483, 0x489 }, { 0x591, 0x5BD }, { 0x5BF, 0x5BF },
    { 0x5C1, 0x5C2 }, { 0x5C4, 0x5C5 }, { 0x5C7, 0x5C7 }, { 0x610, 0x61A },
    { 0x64B, 0x65F }, { 0x670, 0x670 }, { 0x6D6, 0x6DC }, { 0x6DF, 0x6E4 },
    { 0x6E7, 0x6E8 }, { 0x6EA, 0x6ED }, { 0x900, 0x902 }, { 0x93A, 0x93A },
    { 0x93C, 0x93C }, { 0x941, 0x948 }, { 0x94D, 0x94D }, { 0x951, 0x957 },
    { 0x962, 0x963 }, { 0xE31, 0xE31 }, { 0xE34, 0xE3A }, { 0xE47, 0xE4E },
    { 0x1160, 0x11FF }, { 0x1AB0, 0x1ACE }, { 0x1DC0, 0x1DFF },
    { 0x20D0, 0x20F0 }, { 0x302A, 0x302D }, { 0x3099, 0x309A },
    { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
};

static bool
is_in(const struct interval *table, size_t count, uint32_t code)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (code < table[middle].first)
            count = middle;
        else if (code > table[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

static size_t
cells_of(uint32_t code)
{
    if (code < combining[0].first)
        return 1;
    if (is_in(combining, sizeof(combining) / sizeof(combining[0]), code))
        return 0;
    return is_in(wide, sizeof(wide) / sizeof(wide[0]), code) ? 2 : 1;
}

/* Takes one character off the beginning of text, which is not empty. */
static uint32_t
take_character(struct bytes *text)
{
    unsigned char first = text->data[0];
    size_t size = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size > text->size)
        size = 1;
    uint32_t code = size == 1 ? first : first & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((text->data[i] & 0xC0) != 0x80) {
            size = 1;
            code = first;
            break;
        }
        code = code << 6 | (text->data[i] & 0x3Fu);
    }
    *text = bytes_of(text->data + size, text->size - size);
    return code;
}

size_t
width_of(struct bytes text)
{
    size_t cells = 0;
    while (text.size != 0)
        cells += cells_of(take_character(&text));
    return cells;
}

struct bytes
width_cut(struct bytes text, size_t cells)
{
    struct bytes rest = text;
    while (rest.size != 0) {
        struct bytes behind = rest;
        size_t more = cells_of(take_character(&behind));
        if (more > cells)
            break;
        cells -= more;
        rest = behind;
    }
    return bytes_of(text.data, text.size - rest.size);
}

struct bytes
width_cut_front(struct bytes text, size_t cells)
{
    size_t width = width_of(text);
    bool is_whole = width <= cells;
    while (text.size != 0 && !is_whole) {
        struct bytes behind = text;
        size_t first = cells_of(take_character(&behind));
        if (width <= cells && first != 0)
            break;
        width -= first;
        text = behind;
    }
    return text;
}
