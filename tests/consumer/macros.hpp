// Macros from systems and libraries that a program may have when it includes norma. Not here: names of functions of the
// standard library (min, max, move, swap, log: windows.h has NOMINMAX, curses NCURSES_NOMACROS), and single letters
// except I, because every template would break.

// C and POSIX: complex.h, strings.h, sys/sysmacros.h, math.h, termios.h; compilers with GNU's extensions
#define I macro
#define complex macro
#define imaginary macro
#define index(s, c) macro
#define rindex(s, c) macro
#define bzero(p, n) macro
#define major(x) macro
#define minor(x) macro
#define makedev(a, b) macro
#define DOMAIN 1
#define OVERFLOW 2
#define UNDERFLOW 3
#define HUGE 4
#define ECHO 1
#define B0 0
#define linux 1
#define unix 1
#define i386 1

// Qt
#define signals macro
#define slots macro
#define emit
#define foreach(a, b) macro
#define forever macro

// X11
#define None 0L
#define Bool int
#define Status int
#define True 1
#define False 0
#define Success 0
#define Always 2
#define Above 0
#define Below 1
#define Convex 2

// windows.h
#define near
#define far
#define small char
#define hyper macro
#define interface struct
#define ERROR 0
#define IN
#define OUT
#define OPTIONAL
#define DELETE 1
#define IGNORE 0
#define STRICT 1
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define RGB(r, g, b) macro

// Tests, assertions and logs
#define check(x) macro
#define require(x) macro
#define verify(x) macro
#define ensure(x) macro
#define expect(x) macro
#define assume(x) macro
#define unreachable() macro
#define fail(x) macro
#define test(x) macro
#define pass(x) macro
#define error(x) macro
#define warning(x) macro
#define info(x) macro
#define debug(x) macro
#define CHECK(x) macro
#define REQUIRE(x) macro
#define TEST(a, b) macro
#define TEST_CASE(a) macro
#define INFO(x) macro
#define FAIL(x) macro
#define SECTION(x) macro
#define CAPTURE(x) macro
#define LOG(x) macro
#define DCHECK(x) macro
#define ASSERT(x) macro
#define EXPECT(x) macro

// curses, Arduino, kernels, and macros that many programs define
#define refresh() macro
#define timeout(x) macro
#define echo() macro
#define OK 0
#define ERR 1
#define F(x) macro
#define bit(b) macro
#define sq(x) macro
#define constrain(a, b, c) macro
#define lowByte(x) macro
#define radians(x) macro
#define degrees(x) macro
#define round(x) macro
#define square(x) macro
#define sign(x) macro
#define start(x) macro
#define stop(x) macro
#define likely(x) macro
#define unlikely(x) macro
#define BIT(n) macro
#define ARRAY_SIZE(x) macro
#define container_of(a, b, c) macro
#define DEBUG 1
#define VERSION "1"
#define PI 3
#define EPS 1
#define SIZE 1
#define MIN(a, b) macro
#define MAX(a, b) macro
#define ABS(a) macro
