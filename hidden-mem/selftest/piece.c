/*
 * piece.c - a few atoms as text, made into code where they stand.
 *
 * The generated parser and encoder are freestanding, so the chip can do what vliw-as does. Code
 * becomes visible to fetch by `icf`, each time: there is no feature that is tried more often.
 */
#include "isa_codec.h"
#include "isa_text.h"
#include "selftest.h"

#define LONGEST 96

static const char *skip_blanks(const char *s)
{
    while (*s == ' ')
        s++;
    return s;
}

/* Targets of branches are the only operands that the parser leaves to its caller. */
static bool fill_in(struct isa_op *op, const struct isa_fixup *fix)
{
    for (unsigned i = 0; i < fix->count; i++) {
        const char *s = fix->item[i].text;
        bool back = *s == '-';
        if (!fix->item[i].target || fix->item[i].length != 1u + back)
            return false;
        int64_t words = s[back] - '0';
        if (!isa_set_operand(op, fix->item[i].operand, back ? -words : words))
            return false;
    }
    return true;
}

static unsigned atom_put(uint32_t *at, const char *text, size_t length, bool last)
{
    char atom[LONGEST] = "";
    struct isa_op op;
    struct isa_fixup fix;

    while (length && text[length - 1] == ' ')
        length--;
    if (length >= LONGEST)
        host_panic("an atom is too long");
    for (size_t i = 0; i < length; i++)
        atom[i] = text[i];
    if (!isa_parse(atom, &op, &fix) || !fill_in(&op, &fix))
        host_panic(atom);
    unsigned words = (unsigned)isa_encode(&op, last, at);
    if (!words)
        host_panic(atom);
    return words;
}

uint32_t *piece_put(uint32_t *at, const char *text)
{
    bool inside = false;

    for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
        size_t length = 0;
        if (*text == '{') {
            inside = true;
            text = skip_blanks(text + 1);
        }
        while (text[length] && text[length] != ';' && text[length] != '}')
            length++;
        at += atom_put(at, text, length, !inside || text[length] == '}');
        text += length;
        if (*text == '}') {
            inside = false;
            text = skip_blanks(text + 1);
        }
        if (*text == ';')
            text++;
    }
    return at;
}

void piece_make(uint32_t *at, const char *text)
{
    uint32_t *end = piece_put(piece_put(at, text), "jr r33");

    vx_icf((uintptr_t)at, (uint64_t)(uintptr_t)end - (uintptr_t)at);
}

uint64_t piece_run(const char *text, const uint64_t arg[4])
{
    piece_make(self.piece, text);
    self.seen = (struct trap){.cause = CAUSE_none};
    return guarded_call(self.piece, arg);
}
