# What `vethlab start` adds to an ordinary interactive bash. The rcfile that it writes for each session sets
# _vethlab_desk (a folder), _vethlab_pid and _vethlab_where, defines onhost, and then reads this file.
# Nothing here is exported: programs that are started from the shell see their usual surroundings.
# Sources: bash(1), PROMPT_COMMAND, PS0, "local -".

# _vethlab_ask SECONDS TTY WORD…: asks vethlab, prints what it answers, returns its code (0, 1, 3 …).
# A question is NUL-terminated fields, the number of fields first; an answer is MARK, code, where, text by unit separators.
_vethlab_ask() {
    local - IFS=$' \t\n' answer='' mark=$RANDOM$RANDOM$RANDOM fifo=$_vethlab_desk/answer.$BASHPID us=$'\x1f'
    { builtin set +eux; } 2>/dev/null
    if [[ ! -p $_vethlab_desk/questions ]] || ! builtin kill -0 "$_vethlab_pid" 2>/dev/null; then
        builtin printf '%s\n' "$_vethlab_gone" >&2
        return 3
    fi
    [[ -p $fifo ]] || builtin command mkfifo -m 600 "$fifo" || return 3
    [[ -z ${_vethlab_fd-} ]] || builtin exec {_vethlab_fd}>&-
    builtin exec {_vethlab_fd}<>"$fifo" # for both: so opening never waits
    builtin printf '%s\0' "$(($# + 2))" "$mark" "$fifo" "${COLUMNS:-80}" "${@:2}" 1<>"$_vethlab_desk/questions" || return 3
    while IFS= builtin read -r -d '' -t "$1" -u "$_vethlab_fd" answer; do
        [[ $answer == "$mark$us"* ]] && break
        answer=
    done
    builtin exec {_vethlab_fd}>&-
    _vethlab_fd=
    [[ -n $answer ]] || return 3
    answer=${answer#*"$us"}
    local code=${answer%%"$us"*}
    answer=${answer#*"$us"}
    _vethlab_where=${answer%%"$us"*}
    builtin printf '%s' "${answer#*"$us"}"
    return "$code"
}

# Before a command runs: where the terminal or vethlab is killed while it does, the journal knows of it all the same.
_vethlab_begin() {
    local line
    [[ $_vethlab_number == "$HISTCMD" && :${HISTCONTROL-}: == *:ignore@(space|both):* ]] && return
    line=$(HISTTIMEFORMAT='' builtin history 1)
    [[ $line =~ ^\ *[0-9]+[\ *]+((sudo\ +)?docker\ .*)$ && -p $_vethlab_desk/questions ]] || return
    builtin printf '%s\0' 6 - "$_vethlab_desk/nobody" 80 '' begun "${BASH_REMATCH[1]:0:2000}" 1<>"$_vethlab_desk/questions"
}

# After each command, before the prompt. What the student's command returned stays in $?: bash sees to it.
_vethlab_prompt() {
    { local - status=$? line='' ran=$_vethlab_ran && builtin set +eux; } 2>/dev/null # `set -x` shows the call alone
    [[ -z $_vethlab_number || $_vethlab_number == "$HISTCMD" ]] || ran=1
    # A line that begins with a blank may be missing in the history, and is not known then; but a word of ours is.
    if [[ $_vethlab_number == "$HISTCMD" && :${HISTCONTROL-}: == *:ignore@(space|both):* ]]; then
        line=$_vethlab_said
    elif [[ $ran == 1 ]]; then
        line=$(HISTTIMEFORMAT='' builtin history 1)
        [[ $line =~ ^\ *[0-9]+[\ *]+(.*)$ ]] && line=${BASH_REMATCH[1]}
    fi
    _vethlab_ran=0 _vethlab_number=$HISTCMD _vethlab_said=
    _vethlab_ask 2.5 "$([[ -t 2 ]] && builtin echo tty)" prompt "$ran" "$status" "$PWD" "${line:0:2000}" >&2 || :
    return 0
}

# A word returns what it was told, but never ends a shell in which the student has typed `set -e`.
_vethlab_word() {
    local tty='' strict=$-
    _vethlab_said=$1
    [[ -t 1 ]] && tty=tty
    _vethlab_ask 60 "$tty" "$@" || [[ $strict == *e* ]]
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
PS0='${_vethlab_ran:0:$((_vethlab_ran=1,0))}$({ _vethlab_begin; } 2>/dev/null)'${PS0-}
PS1='($_vethlab_where) '${PS1-'\s-\v\$ '}
if [[ ${BASH_VERSINFO[0]} -gt 5 || (${BASH_VERSINFO[0]} -eq 5 && ${BASH_VERSINFO[1]} -ge 1) ]]; then
    PROMPT_COMMAND[100]=_vethlab_prompt # an element of its own: `PROMPT_COMMAND=…` leaves it alone
else
    PROMPT_COMMAND="_vethlab_prompt || :${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
fi
