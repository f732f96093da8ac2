/*
 * expr.c - symbols, and expressions over them: | ^ & << >> + - * / % with C's precedence, unary -
 * and ~, parentheses, numbers, 'c', names, and `.` for where we are. Values are 64-bit and wrap.
 */
#include <string.h>

#include "tools/as/as.h"

#define MAX_DEPTH 64 /* of parentheses and of values defined by values */

struct cursor {
    struct as *as;
    const char *p, *end;
    struct place place;
    uint64_t dot;
    bool report, good;
    unsigned depth;
};

static int64_t binary(struct cursor *c, unsigned level);

/* ---------------------------------------------------------------- symbols */

static bool name_start(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || ch == '.' ||
           ch == '$';
}

bool symbol_name(struct text *rest, struct text *name)
{
    size_t n = 0;

    if (rest->length == 0 || !name_start(*rest->start))
        return false;
    while (n < rest->length &&
           (name_start(rest->start[n]) || (rest->start[n] >= '0' && rest->start[n] <= '9')))
        n++;
    *name = (struct text){rest->start, n};
    *rest = (struct text){rest->start + n, rest->length - n};
    return true;
}

struct symbol *symbol_get(struct as *as, struct text name)
{
    uint32_t hash = 2166136261u;
    struct symbol **bucket, *s;

    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.start[i]) * 16777619u;
    bucket = &as->symbols[hash % (sizeof(as->symbols) / sizeof(as->symbols[0]))];
    for (s = *bucket; s; s = s->next) {
        if (s->name.length == name.length && memcmp(s->name.start, name.start, name.length) == 0)
            return s;
    }
    s = as_alloc(as, sizeof(*s));
    s->name = name;
    s->next = *bucket;
    *bucket = s;
    return s;
}

void symbol_define(struct as *as, struct text name, enum symbol_kind kind, size_t item,
                   struct text value)
{
    struct symbol *s = symbol_get(as, name);

    if (s->kind != SYMBOL_UNKNOWN) {
        as_error(as, as->place, "`%.*s` is defined already (%s:%u)", (int)name.length, name.start,
                 s->place.file, s->place.line);
        return;
    }
    s->kind = kind;
    s->place = as->place;
    s->item = item;
    s->value = value;
}

uint64_t symbol_address(const struct as *as, const struct symbol *symbol)
{
    return as->items[symbol->item].addr;
}

/* ---------------------------------------------------------------- expressions */

static int64_t bad(struct cursor *c, const char *what, struct text text)
{
    if (c->good && c->report) {
        int n = text.length < 40 ? (int)text.length : 40;

        if (n)
            as_error(c->as, c->place, "%s `%.*s`", what, n, text.start);
        else
            as_error(c->as, c->place, "%s", what);
    }
    c->good = false;
    return 0;
}

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
        c->p++;
}

static struct text rest_of(const struct cursor *c)
{
    return (struct text){c->p, (size_t)(c->end - c->p)};
}

static int64_t number(struct cursor *c)
{
    const char *start = c->p;
    unsigned base = 10;
    uint64_t value = 0;

    if (c->end - c->p > 2 && c->p[0] == '0' && (c->p[1] == 'x' || c->p[1] == 'b')) {
        base = c->p[1] == 'x' ? 16 : 2;
        c->p += 2;
    }
    for (const char *first = c->p;; c->p++) {
        char ch = c->p < c->end ? *c->p : 0;
        unsigned digit = ch >= '0' && ch <= '9'                 ? (unsigned)(ch - '0')
                         : (ch | 32) >= 'a' && (ch | 32) <= 'z' ? (unsigned)((ch | 32) - 'a' + 10)
                                                                : 99;
        uint64_t wide;

        if (ch == '_' || (digit != 99 && digit >= base) || (digit == 99 && c->p == first))
            return bad(c, "not a number:", (struct text){start, (size_t)(c->end - start)});
        if (digit == 99)
            return (int64_t)value;
        if (__builtin_mul_overflow(value, base, &wide) ||
            __builtin_add_overflow(wide, digit, &value))
            return bad(c, "number needs more than 64 bits:",
                       (struct text){start, (size_t)(c->end - start)});
    }
}

static int64_t character(struct cursor *c)
{
    struct text text = rest_of(c);

    if (text.length >= 3 && text.start[2] == '\'' && text.start[1] != '\\') {
        c->p += 3;
        return (unsigned char)text.start[1];
    }
    return bad(c, "not a character:", text);
}

static int64_t symbol_value(struct cursor *c, struct text name)
{
    struct symbol *s = symbol_get(c->as, name);
    struct cursor inner = *c;
    int64_t value;

    if (s->kind == SYMBOL_UNKNOWN)
        return bad(c, "undefined symbol", name);
    if (s->kind == SYMBOL_LABEL)
        return (int64_t)symbol_address(c->as, s);
    if (s->busy || c->depth > MAX_DEPTH)
        return bad(c, "symbol is defined by itself:", name);
    inner.p = s->value.start;
    inner.end = s->value.start + s->value.length;
    inner.dot = c->as->items ? symbol_address(c->as, s) : 0;
    inner.place = s->place;
    inner.depth++;
    s->busy = true;
    value = binary(&inner, 0);
    skip_blanks(&inner);
    if (inner.good && inner.p != inner.end)
        bad(&inner, "text after the expression:", rest_of(&inner));
    s->busy = false;
    c->good = c->good && inner.good;
    return value;
}

static int64_t unary(struct cursor *c)
{
    struct text rest, name;
    int64_t value;
    char ch;

    skip_blanks(c);
    ch = c->p < c->end ? *c->p : 0;
    if (++c->depth > MAX_DEPTH)
        return bad(c, "expression is too deep", (struct text){0});
    if (ch == '-' || ch == '~' || ch == '+') {
        c->p++;
        value = unary(c);
        value = ch == '-' ? (int64_t)(0 - (uint64_t)value) : ch == '~' ? ~value : value;
    } else if (ch == '(') {
        c->p++;
        value = binary(c, 0);
        skip_blanks(c);
        if (c->p == c->end || *c->p++ != ')')
            bad(c, "`)` is missing", (struct text){0});
    } else if (ch >= '0' && ch <= '9') {
        value = number(c);
    } else if (ch == '\'') {
        value = character(c);
    } else {
        rest = rest_of(c);
        if (!symbol_name(&rest, &name))
            return bad(c, rest.length ? "expected a value, found" : "expected a value", rest);
        c->p = rest.start;
        value = name.length == 1 && *name.start == '.' ? (int64_t)c->dot : symbol_value(c, name);
    }
    c->depth--;
    return value;
}

static int64_t apply(struct cursor *c, char op, int64_t left, int64_t right)
{
    uint64_t a = (uint64_t)left, b = (uint64_t)right;

    switch (op) {
    case '|': return (int64_t)(a | b);
    case '^': return (int64_t)(a ^ b);
    case '&': return (int64_t)(a & b);
    case '<': return b > 63 ? 0 : (int64_t)(a << b);
    case '>': return b > 63 ? 0 : (int64_t)(a >> b);
    case '+': return (int64_t)(a + b);
    case '-': return (int64_t)(a - b);
    case '*': return (int64_t)(a * b);
    default:
        if (b == 0)
            return bad(c, "division by zero", (struct text){0});
        return (int64_t)(op == '/' ? a / b : a % b);
    }
}

static int64_t binary(struct cursor *c, unsigned level)
{
    static const char *const levels[] = {"|", "^", "&", "<>", "+-", "*/%"};
    int64_t left;

    if (level == sizeof(levels) / sizeof(levels[0]))
        return unary(c);
    left = binary(c, level + 1);
    for (;;) {
        char op;

        skip_blanks(c);
        if (!c->good || c->p == c->end || !strchr(levels[level], *c->p))
            return left;
        op = *c->p++;
        if (op == '<' || op == '>') {
            if (c->p == c->end || *c->p++ != op)
                return bad(c, "expected << or >>", (struct text){0});
        }
        left = apply(c, op, left, binary(c, level + 1));
    }
}

bool expr_value(struct as *as, struct text text, struct place place, uint64_t dot, bool report,
                int64_t *value)
{
    struct cursor c = {
        .as = as,
        .p = text.start,
        .end = text.start + text.length,
        .place = place,
        .dot = dot,
        .report = report,
        .good = true,
    };

    *value = binary(&c, 0);
    skip_blanks(&c);
    if (c.good && c.p != c.end)
        bad(&c, "text after the expression:", rest_of(&c));
    return c.good;
}
