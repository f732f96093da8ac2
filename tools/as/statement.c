/*
 * statement.c - lines become items.
 *
 *   label:                           any number of them, before anything else on the line
 *   name = expression                the same as .equ
 *   .directive operands
 *   atom                             a bundle of one
 *   { atom ; atom ; atom }           a bundle; line ends inside separate atoms like `;`
 */
#include <stdlib.h>
#include <string.h>

#include "isa_facts.h"
#include "tools/as/as.h"

/* What saves typing: `name A, B` is the atom `into A<middle>, B<tail>`. */
static const struct {
    const char *name, *into, *middle, *tail;
} shorthands[] = {
    {"li", "addi", ", r0", ""},
    {"la", "addi", ", r0", ""},
    {"mv", "addi", "", ", 0"},
    {"nop", "addi r0, r0, 0", "", ""},
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct text trim(struct text t)
{
    while (t.length && blank(*t.start)) {
        t.start++;
        t.length--;
    }
    while (t.length && blank(t.start[t.length - 1]))
        t.length--;
    return t;
}

static bool equals(struct text t, const char *word)
{
    return t.length == strlen(word) && memcmp(t.start, word, t.length) == 0;
}

static int shown(struct text t)
{
    return t.length < 40 ? (int)t.length : 40;
}

static struct item *add_item(struct as *as, enum item_kind kind)
{
    struct item *item;

    if (as->count == as->room) {
        size_t room = as->room ? as->room * 2 : 256;
        struct item *grown = realloc(as->items, room * sizeof(*grown));

        if (!grown) {
            as_error(as, as->place, "out of memory");
            exit(1);
        }
        as->items = grown;
        as->room = room;
    }
    item = &as->items[as->count++];
    *item = (struct item){.kind = kind, .place = as->place};
    return item;
}

/* The operand up to a comma outside parentheses and quotes; `rest` goes on after it. */
static bool take_operand(struct text *rest, struct text *operand)
{
    int depth = 0;
    char quote = 0;
    size_t n;

    *rest = trim(*rest);
    if (rest->length == 0)
        return false;
    for (n = 0; n < rest->length; n++) {
        char c = rest->start[n];

        if (quote) {
            if (c == '\\')
                n++;
            else if (c == quote)
                quote = 0;
        } else if (c == '"') {
            quote = c;
        } else if (c == '\'' && n + 2 < rest->length && rest->start[n + 2] == '\'') {
            n += 2;
        } else if (c == ',' && depth == 0) {
            break;
        } else {
            depth += (c == '(') - (c == ')');
        }
    }
    if (n > rest->length)
        n = rest->length;
    *operand = trim((struct text){rest->start, n});
    rest->start += n < rest->length ? n + 1 : n;
    rest->length -= n < rest->length ? n + 1 : n;
    return true;
}

/* ---------------------------------------------------------------- atoms and bundles */

/* Atoms are parsed from text of their own, which fixups point into. */
static const char *expand(struct as *as, struct text text)
{
    char *out = as_alloc(as, text.length + 32);
    struct text name = text, rest, first;
    size_t i;

    for (name.length = 0; name.length < text.length && !blank(text.start[name.length]);
         name.length++)
        ;
    for (i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
        if (equals(name, shorthands[i].name))
            break;
    }
    if (i == sizeof(shorthands) / sizeof(shorthands[0])) {
        memcpy(out, text.start, text.length);
        return out;
    }
    rest = trim((struct text){text.start + name.length, text.length - name.length});
    strcpy(out, shorthands[i].into);
    if (take_operand(&rest, &first)) {
        strcat(out, " ");
        strncat(out, first.start, first.length);
        strcat(out, shorthands[i].middle);
        if (rest.length) {
            strcat(out, ",");
            strncat(out, rest.start, rest.length);
        }
        strcat(out, shorthands[i].tail);
    }
    return out;
}

static void atom(struct as *as, struct text text)
{
    const char *source = expand(as, trim(text));
    struct isa_fixup fix;
    struct isa_op op;
    struct item *item;

    if (!isa_parse(source, &op, &fix)) {
        size_t n = 0;

        while (fix.at[n] && !strchr(" \t,", fix.at[n]) && n < 40)
            n++;
        if (n)
            as_error(as, as->place, "%s: `%.*s`", fix.error, (int)n, fix.at);
        else
            as_error(as, as->place, "%s, found %s", fix.error,
                     *fix.at ? "a comma" : "the end of the atom");
        return;
    }
    item = add_item(as, ITEM_ATOM);
    item->op = op;
    item->fix = fix;
    item->bundle = as->bundle;
}

static void close_bundle(struct as *as)
{
    uint64_t r_written = 0;
    unsigned c_written = 0, control = 0;

    as->in_bundle = false;
    if (as->count == as->bundle)
        return;
    if (as->count - as->bundle > AS_MAX_ATOMS)
        as_error(as, as->open, "%u atoms in a bundle, at most %u are legal",
                 (unsigned)(as->count - as->bundle), AS_MAX_ATOMS);
    for (size_t i = as->bundle; i < as->count; i++) {
        const struct item *item = &as->items[i];
        struct isa_effects e;

        isa_effects(&item->op, &e);
        if (e.r_write & r_written)
            as_error(as, item->place, "r%d is written twice in this bundle",
                     __builtin_ctzll(e.r_write & r_written));
        else if (e.c_write & c_written)
            as_error(as, item->place, "c%d is written twice in this bundle",
                     __builtin_ctz(e.c_write & c_written));
        if ((isa_facts[item->op.atom].flags & ISA_F_BRANCH) && control++)
            as_error(as, item->place, "two control atoms in this bundle");
        r_written |= e.r_write;
        c_written |= e.c_write;
    }
    as->items[as->count - 1].stop = true;
}

static void open_bundle(struct as *as)
{
    as->in_bundle = true;
    as->bundle = as->count;
    as->open = as->place;
}

/* Inside braces: atoms up to `}` or the end of the line. Returns what follows. */
static struct text bundle_part(struct as *as, struct text rest)
{
    while (as->in_bundle && rest.length) {
        size_t n = 0;
        char stop;

        while (n < rest.length && !strchr(";}{", rest.start[n])) {
            bool character =
                rest.start[n] == '\'' && n + 2 < rest.length && rest.start[n + 2] == '\'';

            n += character ? 3 : 1;
        }
        stop = n < rest.length ? rest.start[n] : 0;
        if (trim((struct text){rest.start, n}).length)
            atom(as, (struct text){rest.start, n});
        if (stop == '{')
            as_error(as, as->place, "`{` inside a bundle");
        n += stop != 0;
        rest = (struct text){rest.start + n, rest.length - n};
        if (stop == '}') {
            if (as->count == as->bundle && as->errors == 0)
                as_error(as, as->place, "empty bundle");
            close_bundle(as);
        }
    }
    return rest;
}

/* ---------------------------------------------------------------- directives */

static void values(struct as *as, struct text rest, unsigned unit)
{
    struct text operand;

    if (!trim(rest).length)
        as_error(as, as->place, "expected a value");
    while (take_operand(&rest, &operand)) {
        struct item *item = add_item(as, ITEM_VALUE);

        item->text = operand;
        item->unit = unit;
    }
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character of a string after a backslash; moves *p past it. */
static int escape(const char **p, const char *end)
{
    static const char from[] = "nrtabfv\\\"'", to[] = "\n\r\t\a\b\f\v\\\"'";
    const char *which;
    int value = 0;

    if (*p == end)
        return -1;
    if (**p >= '0' && **p <= '7') {
        for (int digits = 0; digits < 3 && *p < end && **p >= '0' && **p <= '7'; digits++)
            value = value * 8 + *(*p)++ - '0';
        return value < 256 ? value : -1;
    }
    if (**p == 'x') {
        int digits;

        ++*p;
        for (digits = 0; digits < 2 && *p < end && hex(**p) >= 0; digits++)
            value = value * 16 + hex(*(*p)++);
        return digits ? value : -1;
    }
    which = strchr(from, *(*p)++);
    return which ? (unsigned char)to[which - from] : -1;
}

static void string(struct as *as, struct text operand, bool terminated)
{
    const char *p = operand.start + 1, *end = operand.start + operand.length - 1;
    struct item *item;
    char *bytes;
    size_t n = 0;

    if (operand.length < 2 || operand.start[0] != '"' || *end != '"') {
        as_error(as, as->place, "expected a string, found `%.*s`", shown(operand), operand.start);
        return;
    }
    bytes = as_alloc(as, operand.length + 1);
    while (p < end) {
        int c = (unsigned char)*p++;

        if (c == '"')
            c = -1;
        else if (c == '\\')
            c = escape(&p, end);
        if (c < 0) {
            as_error(as, as->place, "can't read the string `%.*s`", shown(operand), operand.start);
            return;
        }
        bytes[n++] = (char)c;
    }
    item = add_item(as, ITEM_BYTES);
    item->text = (struct text){bytes, n + terminated};
}

static void strings(struct as *as, struct text rest, unsigned terminated)
{
    struct text operand;

    if (!trim(rest).length)
        as_error(as, as->place, "expected a string");
    while (take_operand(&rest, &operand))
        string(as, operand, terminated != 0);
}

static void with_expression(struct as *as, struct text rest, unsigned kind)
{
    struct text operand, fill = {0}, more;
    struct item *item;

    if (!take_operand(&rest, &operand)) {
        as_error(as, as->place, "expected an expression");
        return;
    }
    if (take_operand(&rest, &fill) && (kind != ITEM_SPACE || take_operand(&rest, &more))) {
        as_error(as, as->place, "too many operands");
        return;
    }
    item = add_item(as, (enum item_kind)kind);
    item->text = operand;
    item->fill = fill;
}

static void equate(struct as *as, struct text rest, unsigned unused)
{
    struct text name;

    (void)unused;
    rest = trim(rest);
    if (symbol_name(&rest, &name)) {
        rest = trim(rest);
        if (rest.length > 1 && *rest.start == ',') {
            symbol_define(as, name, SYMBOL_VALUE, as->count,
                          trim((struct text){rest.start + 1, rest.length - 1}));
            return;
        }
    }
    as_error(as, as->place, "expected: .equ NAME, expression");
}

static void make_global(struct as *as, struct symbol *symbol)
{
    symbol->global = true;
    if (symbol->kind == SYMBOL_UNKNOWN)
        symbol->place = as->place;
}

static void global(struct as *as, struct text rest, unsigned unused)
{
    struct text operand, name;

    (void)unused;
    while (take_operand(&rest, &operand)) {
        if (!symbol_name(&operand, &name) || operand.length)
            as_error(as, as->place, "expected a name");
        else
            make_global(as, symbol_get(as, name));
    }
}

static void entry(struct as *as, struct text rest, unsigned unused)
{
    (void)unused;
    rest = trim(rest);
    if (as->entry.length) {
        as_error(as, as->place, "a second .entry");
    } else if (!symbol_name(&rest, &as->entry) || rest.length) {
        as_error(as, as->place, "expected: .entry LABEL");
        as->entry = (struct text){0};
    }
    as->entry_place = as->place;
}

/* Relative to the including file. */
static void include(struct as *as, struct text rest, unsigned unused)
{
    const char *slash = strrchr(as->place.file, '/'), *why;
    size_t dir = slash ? (size_t)(slash - as->place.file) + 1 : 0;
    char *path;

    (void)unused;
    rest = trim(rest);
    if (rest.length < 3 || rest.start[0] != '"' || rest.start[rest.length - 1] != '"') {
        as_error(as, as->place, "expected: .include \"file\"");
        return;
    }
    if (as->depth == 16) {
        as_error(as, as->place, "includes are too deep");
        return;
    }
    if (rest.start[1] == '/')
        dir = 0;
    path = as_alloc(as, dir + rest.length);
    memcpy(path, as->place.file, dir);
    memcpy(path + dir, rest.start + 1, rest.length - 2);
    as->depth++;
    if (!source_read(as, path, &why))
        as_error(as, as->place, "%s: %s", path, why);
    as->depth--;
}

static void directive(struct as *as, struct text name, struct text rest)
{
    static const struct {
        const char *name;
        void (*action)(struct as *as, struct text rest, unsigned number);
        unsigned number;
    } directives[] = {
        {".byte", values, 1},
        {".half", values, 2},
        {".word", values, 4},
        {".quad", values, 8},
        {".ascii", strings, 0},
        {".asciz", strings, 1},
        {".align", with_expression, ITEM_ALIGN},
        {".space", with_expression, ITEM_SPACE},
        {".org", with_expression, ITEM_ORG},
        {".equ", equate, 0},
        {".global", global, 0},
        {".entry", entry, 0},
        {".include", include, 0},
    };

    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
        if (equals(name, directives[i].name)) {
            directives[i].action(as, rest, directives[i].number);
            return;
        }
    }
    as_error(as, as->place, "unknown directive `%.*s`", shown(name), name.start);
}

/* ---------------------------------------------------------------- lines */

/* Labels and bundles at the front of a line; returns what is left. */
static struct text labels_and_bundles(struct as *as, struct text text)
{
    struct text rest = text, name;

    for (;;) {
        if (text.length && *text.start == '{') {
            open_bundle(as);
            rest = bundle_part(as, (struct text){text.start + 1, text.length - 1});
        } else if (symbol_name(&rest, &name) && (rest = trim(rest)).length && *rest.start == ':') {
            symbol_define(as, name, SYMBOL_LABEL, as->count, (struct text){0});
            rest = (struct text){rest.start + 1, rest.length - 1};
        } else {
            return text;
        }
        text = rest = trim(rest);
    }
}

static void statement(struct as *as, struct text text)
{
    struct text rest, name, after;

    rest = text = labels_and_bundles(as, text);
    if (!text.length)
        return;
    if (symbol_name(&rest, &name)) {
        after = trim(rest);
        if (after.length > 1 && *after.start == '=') {
            symbol_define(as, name, SYMBOL_VALUE, as->count,
                          trim((struct text){after.start + 1, after.length - 1}));
            return;
        }
        if (*name.start == '.') {
            directive(as, name, rest);
            return;
        }
    }
    open_bundle(as);
    atom(as, text);
    close_bundle(as);
}

void statement_line(struct as *as, const char *line)
{
    struct text text = trim((struct text){line, strlen(line)});

    if (as->in_bundle)
        text = trim(bundle_part(as, text));
    if (text.length && !as->in_bundle)
        statement(as, text);
}

void statement_end(struct as *as)
{
    if (as->in_bundle)
        as_error(as, as->open, "bundle without `}`");
    for (size_t i = 0; i < sizeof(as->symbols) / sizeof(as->symbols[0]); i++) {
        for (const struct symbol *s = as->symbols[i]; s; s = s->next) {
            if (s->global && s->kind == SYMBOL_UNKNOWN)
                as_error(as, s->place, "`%.*s` is global, but not defined", shown(s->name),
                         s->name.start);
        }
    }
    add_item(as, ITEM_END);
}
