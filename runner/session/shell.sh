# What `vethlab start` adds to an ordinary interactive bash. The rcfile that it writes for each session sets
# _vethlab_desk (a folder), _vethlab_pid and _vethlab_where, defines onhost, and then reads this file.
# Nothing here is exported: programs that are started from the shell see their usual surroundings.
# Sources: bash(1), PROMPT_COMMAND, PS0, "local -".

# Whatever the student does to the shell (IFS, names made readonly, options, traps), the hook stays silent: its names are its own,
# it depends on no IFS, and what bash itself says of it goes nowhere.

# _vethlab_ask SECONDS TTY WORD…: asks vethlab, prints what it answers, returns its code (0, 1, 3 …).
# A question is NUL-terminated fields, the number of fields first; an answer is MARK, code, where, text, each ended by a unit separator.
_vethlab_ask() {
    local - _vethlab_answer='' _vethlab_mark=$RANDOM$RANDOM$RANDOM _vethlab_fifo=$_vethlab_desk/answer.$BASHPID _vethlab_us=$'\x1f'
    { builtin set +euxET; } 2>/dev/null
    if [[ ! -p $_vethlab_desk/questions ]] || ! builtin kill -0 "$_vethlab_pid" 2>/dev/null; then
        builtin printf '%s\n' "$_vethlab_gone"
        return 3
    fi
    [[ -p $_vethlab_fifo ]] || builtin command mkfifo -m 600 "$_vethlab_fifo" || return 3
    [[ -z ${_vethlab_fd-} ]] || builtin exec {_vethlab_fd}>&-
    builtin exec {_vethlab_fd}<>"$_vethlab_fifo" # for both: so opening never waits
    builtin printf '%s\0' "$(($# + 2))" "$_vethlab_mark" "$_vethlab_fifo" "${COLUMNS:-80}" "${@:2}" 1<>"$_vethlab_desk/questions" || return 3
    while builtin read -r -d '' -t "$1" -u "$_vethlab_fd" _vethlab_answer; do
        [[ $_vethlab_answer == "$_vethlab_mark$_vethlab_us"* ]] && break
        _vethlab_answer=
    done
    builtin exec {_vethlab_fd}>&-
    _vethlab_fd=
    [[ -n $_vethlab_answer ]] || return 3
    _vethlab_answer=${_vethlab_answer#*"$_vethlab_us"}
    local _vethlab_code=${_vethlab_answer%%"$_vethlab_us"*}
    _vethlab_answer=${_vethlab_answer#*"$_vethlab_us"}
    _vethlab_where=${_vethlab_answer%%"$_vethlab_us"*}
    _vethlab_answer=${_vethlab_answer#*"$_vethlab_us"}
    builtin printf '%s' "${_vethlab_answer%"$_vethlab_us"}"
    return "$_vethlab_code"
}

# Before a command runs: where the terminal or vethlab is killed while it does, the journal knows of it all the same.
_vethlab_begin() {
    local _vethlab_line
    [[ $_vethlab_number == "$HISTCMD" && :${HISTCONTROL-}: == *:ignore@(space|both):* ]] && return
    _vethlab_line=$(HISTTIMEFORMAT='' builtin history 1)
    [[ $_vethlab_line =~ ^\ *[0-9]+[\ *]+((sudo\ +)?docker\ .*)$ && -p $_vethlab_desk/questions ]] || return
    builtin printf '%s\0' 6 - "$_vethlab_desk/nobody" 80 '' begun "${BASH_REMATCH[1]:0:2000}" 1<>"$_vethlab_desk/questions"
}

# After each command, before the prompt; 3 is the terminal. What the student's command returned stays in $?: bash sees to it.
_vethlab_prompt() {
    local - _vethlab_status=$? _vethlab_line='' _vethlab_did=$_vethlab_ran _vethlab_tty=''
    builtin set +euxET
    [[ -z $_vethlab_number || $_vethlab_number == "$HISTCMD" ]] || _vethlab_did=1
    # A line that begins with a blank may be missing in the history, and is not known then; but a word of ours is.
    if [[ $_vethlab_number == "$HISTCMD" && :${HISTCONTROL-}: == *:ignore@(space|both):* ]]; then
        _vethlab_line=$_vethlab_said
    elif [[ $_vethlab_did == 1 ]]; then
        _vethlab_line=$(HISTTIMEFORMAT='' builtin history 1)
        [[ $_vethlab_line =~ ^\ *[0-9]+[\ *]+(.*)$ ]] && _vethlab_line=${BASH_REMATCH[1]}
    fi
    _vethlab_ran=0 _vethlab_number=$HISTCMD _vethlab_said=
    [[ -t 3 ]] && _vethlab_tty=tty
    _vethlab_ask 2.5 "$_vethlab_tty" prompt "$_vethlab_did" "$_vethlab_status" "$PWD" "${_vethlab_line:0:2000}" >&3 || :
    return 0
} 3>&2 2>/dev/null

# A word returns what it was told, but never ends a shell in which the student has typed `set -e`.
_vethlab_word() {
    local - _vethlab_tty='' _vethlab_strict=$-
    { builtin set +xET; } 2>/dev/null
    _vethlab_said=$1
    [[ -t 1 ]] && _vethlab_tty=tty
    _vethlab_ask 60 "$_vethlab_tty" "$@" || [[ $_vethlab_strict == *e* ]]
}

# The student's own start-up file, as ever; what it defines stays, but for the session's words.
[[ -r ~/.bashrc ]] && builtin source ~/.bashrc

for _vethlab_each in check hint why answer solution solve skip map step onhost quit; do
    builtin unalias "$_vethlab_each" 2>/dev/null
done
unset _vethlab_each
check() { _vethlab_word check "$@"; }
hint() { _vethlab_word hint "$@"; }
why() { _vethlab_word why "$@"; }
answer() { _vethlab_word answer "$@"; }
solution() { _vethlab_word solution "$@"; }
solve() { _vethlab_word solve "$@"; }
skip() { _vethlab_word skip "$@"; }
map() { _vethlab_word map "$@"; }
step() { _vethlab_word step "$@"; }
quit() { builtin exit 0; }
onhost() { _vethlab_onhost "$@"; }

_vethlab_ran=0 _vethlab_number= _vethlab_said=
PS0='${_vethlab_ran:0:$((_vethlab_ran=1,0))}$({ builtin trap - DEBUG ERR RETURN; _vethlab_begin; } 2>/dev/null)'${PS0-}
PS1='($_vethlab_where) '${PS1-'\s-\v\$ '}
if [[ ${BASH_VERSINFO[0]} -gt 5 || (${BASH_VERSINFO[0]} -eq 5 && ${BASH_VERSINFO[1]} -ge 1) ]]; then
    if [[ ${PROMPT_COMMAND@a} == *r* ]]; then
        builtin printf '%s\n' "$_vethlab_readonly"
    else
        PROMPT_COMMAND[100]=_vethlab_prompt # an element of its own: `PROMPT_COMMAND=…` leaves it alone
    fi
else
    PROMPT_COMMAND="_vethlab_prompt || :${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
fi
