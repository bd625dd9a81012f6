# The states of docs/api.md, "States on demand", beside `npm start`: in bash, from the root of the repository, `. demo/states.sh`.
# Send no function of these through a pipe (`hold | cut …`): what it finds, such as HOLD, would stay in there.
# Every function sends what a front end sends: a published document by its id, or a call of the simulators' control API.

API=${API:-http://127.0.0.1:4000/graphql}
CONTROL=${CONTROL:-http://127.0.0.1:4100}
[ -n "${TOKEN_PATIENT-}" ] || eval "$(npm run --silent token -- --all)"
# DOC_HoldSlot and so on: the ids of the published documents.
eval "$(node -p 'require("./schema/operations/manifest.json").operations.map(({ name, id }) => `DOC_${name}=${id}`).join("\n")')"

# as PARENT SAM CHILD: whose token is sent from now on; whom the symptoms belong to; who that is to the caller.
as() {
  local token=TOKEN_$1 born=BORN_${2-} id=ID_${2-}
  TOKEN=${!token-}
  [ -z "${2-}" ] || { BORN=${!born} PATIENT=${!id} RELATIONSHIP=${3:-SELF}; }
}

# send ReleaseHold '{"input":{…}}': shows the answer, and keeps it for `keep`.
send() {
  local id=DOC_$1
  ANSWER=$(curl -s "$API" -H 'content-type: application/json' ${TOKEN:+-H "authorization: Bearer $TOKEN"} \
    -d "{\"documentId\":\"${!id}\",\"variables\":$2}")
  echo "$ANSWER"
}

# keep HOLD id: the first "id" of the answer, in the variable HOLD.
keep() {
  [[ $ANSWER =~ \"$2\":\"?([^\",}]*) ]] && printf -v "$1" %s "${BASH_REMATCH[1]}"
}

# keep_new HOLD Hold: the same, where the answer is a new one and not a problem that speaks of others.
keep_new() { [[ $ANSWER != *"\":{\"__typename\":\"$2\""* ]] || keep "$1" id; }

# control POST /faults '{…}'
control() {
  ANSWER=$(curl -sSf -X "$1" "$CONTROL$2" -H 'content-type: application/json' -d "${3-}")
}

# As long as a UUID: of somebody who is not signed in, a shorter one is refused.
key() { printf '%s\n' "${KEY-$(printf 'demo-%05d-%05d-%05d-%05d-%05d' $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM)}"; }

# fault BOOK taken-by-desk: of the next such request to EMIS, which Z90001 has. fault READ malformed always: of all from now on.
fault() {
  local times=',"times":1'
  [ "${3-}" != always ] || times=''
  control POST /faults "{\"supplier\":\"emis\",\"operation\":\"$1\",\"fault\":{\"kind\":\"$2\"}$times}"
}
faults_off() { control DELETE /faults; }
clock() { control POST /clock "{\"minutes\":$1}"; }
desk() { control POST "/practices/Z90001/desk/$1" "{\"hours\":${2:-13}}"; }

find_checks() { send FindPathways "{\"words\":\"$1\"}"; }
# begin sore-throat: starts a symptom check, at POSTCODE or PLACE.
begin() {
  local place="{\"postcode\":\"${POSTCODE:-WY1 1AA}\"}"
  send StartAssessment "{\"input\":{\"pathwayId\":\"$1\",\"subject\":{\"relationship\":\"$RELATIONSHIP\",\"dateOfBirth\":\"$BORN\",\"sex\":\"FEMALE\"},\"place\":${PLACE:-$place},\"registeredPracticeOdsCode\":${REGISTERED:-null},\"idempotencyKey\":\"$(key)\"}}"
  keep CHECK id
  keep REVISION revision
}
# whereabouts [REVISION]: says the place, POSTCODE or PLACE, and REGISTERED of a check that was begun without.
whereabouts() {
  local place="{\"postcode\":\"${POSTCODE:-WY1 1AA}\"}"
  send SetWhereabouts "{\"input\":{\"assessmentId\":\"$CHECK\",\"place\":${PLACE:-$place},\"registeredPracticeOdsCode\":${REGISTERED:-null},\"expectedRevision\":${1:-$REVISION}}}"
  keep REVISION revision
}
# answer emergency.screen none [REVISION]: several options with commas between them.
answer() {
  send AnswerQuestion "{\"input\":{\"assessmentId\":\"$CHECK\",\"questionId\":\"$1\",\"optionIds\":[${2:+\"${2//,/\",\"}\"}],\"expectedRevision\":${3:-$REVISION}}}"
  keep REVISION revision
}
# Earache, "see a GP within 6 hours".
check() {
  begin earache
  answer emergency.screen none
  answer earache.red-flags none
  answer earache.unwell yes
}
# The same with another answer, "see a GP within 12 hours".
milder_check() {
  begin earache
  answer emergency.screen none
  answer earache.red-flags none
  answer earache.unwell no
  answer earache.risk yes
}
# find_times [TIME]: appointments for that check, or those of MODE, or where NEED is met. SLOT is the last at the first practice, or the one with the TIME of
# another search, or what TIME begins with; FIRST and SECOND are the earliest.
find_times() {
  send AppointmentOptions "{\"assessmentId\":\"$CHECK\",\"timeoutMs\":${WAIT:-10000}${MODE:+,\"modes\":[\"$MODE\"]}${NEED:+,\"accessNeeds\":[\"$NEED\"]}}"
  FIRST='' SECOND='' SLOT=''
  local offer
  while read -r offer; do
    [[ $offer =~ \"id\":\"([^\"]*)\",(.*) ]]
    [ -z "$FIRST" ] || SECOND=${SECOND:-${BASH_REMATCH[1]}}
    FIRST=${FIRST:-${BASH_REMATCH[1]}}
    [[ ${BASH_REMATCH[2]} == "${1-}"* ]] || continue
    SLOT=${BASH_REMATCH[1]} TIME=${BASH_REMATCH[2]}
  done < <(first_practice | grep -o '"id":"eyJ[^"]*","startsAt":[^{]*')
}
# The own practice where it has times, else the nearest that has.
first_practice() { grep -o '"slots":\[{[^]]*\]' <<<"$ANSWER" | head -n 1; }
# Times to choose from: from four hours ahead, so that what is booked can be changed; with SOON from a quarter of an hour ahead.
times() {
  desk free
  [ -n "${SOON-}" ] || desk take 4
  check
  find_times
}

# hold [BOOKING]: keeps a time; beside a booking for the same complaint that the person keeps.
hold() {
  send HoldSlot "{\"input\":{\"slotId\":\"$SLOT\",\"patientId\":\"$PATIENT\",\"keepBookingIds\":[${1+\"$1\"}],\"idempotencyKey\":\"$(key)\"}}"
  keep_new HOLD Hold
}
# hold_often 7: keeps two times in turn, each so often.
hold_often() {
  local times
  for ((times = 0; times < $1; times++)); do
    SLOT=$FIRST
    hold
    SLOT=$SECOND
    hold
  done
}
extend() { send ExtendHold "{\"input\":{\"holdId\":\"$HOLD\"}}"; }
release() { send ReleaseHold "{\"input\":{\"holdId\":\"$HOLD\"}}"; }
# confirm: with PHONE, or none where that is empty, and REASON.
confirm() {
  local phone=null number=${PHONE-01632 960123}
  [ -z "$number" ] || phone="\"$number\""
  send ConfirmBooking "{\"input\":{\"holdId\":\"$HOLD\",\"contactPhone\":$phone,${REASON:+\"reason\":\"$REASON\",}\"idempotencyKey\":\"$(key)\"}}"
  keep_new BOOKING Booking
}
book() { times; hold "$@"; confirm; }
cancel() { send CancelBooking "{\"input\":{\"bookingId\":\"$BOOKING\",\"reason\":\"OTHER\",\"idempotencyKey\":\"$(key)\"}}"; }
accept() { send AcceptMovedBooking "{\"input\":{\"bookingId\":\"$BOOKING\",\"idempotencyKey\":\"$(key)\"}}"; }
move() { send RescheduleBooking "{\"input\":{\"bookingId\":\"$BOOKING\",\"slotId\":\"$SLOT\",\"idempotencyKey\":\"$(key)\"}}"; }
settle() { send SettleBooking "{\"input\":{\"bookingId\":\"$BOOKING\",\"stands\":$1,\"idempotencyKey\":\"$(key)\"}}"; }
redeliver() { send Redeliver "{\"input\":{\"frontEnd\":[${1-}]}}"; }
show_check() { send ReadAssessment "{\"assessmentId\":\"$CHECK\"}"; }
show_booking() { send BookingById "{\"id\":\"$BOOKING\"}"; }
# until_status FAILED [MINUTES]: lets time pass, so many minutes at a time, until the booking is so.
until_status() {
  local tries=0
  until show_booking | grep "\"reference\":\"[^\"]*\",\"status\":\"$1\",\"startsAt"; do
    [ $((tries += 1)) -lt 60 ] || return 1
    clock "${2:-1}"
    sleep 0.6
  done
}
# desk_fills: the practice takes all times but that of SLOT.
desk_fills() {
  [[ $TIME =~ \"startsAt\":\"([^\"]*)\",\"endsAt\":\"([^\"]*)\" ]]
  local start=${BASH_REMATCH[1]} end=${BASH_REMATCH[2]}
  control POST /practices/Z90001/desk/take "{\"from\":\"$(date -u +%FT%TZ)\",\"to\":\"$start\"}"
  control POST /practices/Z90001/desk/take "{\"from\":\"$end\",\"to\":\"$(date -ud "$end +13 hours" +%FT%TZ)\"}"
}
# desk_cancels RUTH: the practice cancels what it has booked for her.
desk_cancels() {
  local number=NHS_$1
  control POST /practices/Z90001/desk/cancel "{\"nhsNumber\":\"${!number}\"}"
}
# desk_moves RUTH: the practice moves that to the next free time.
desk_moves() {
  local number=NHS_$1
  control POST /practices/Z90001/desk/move "{\"nhsNumber\":\"${!number}\"}"
}
# tidy PATIENT PARENT_OF_TWINS: gives back what they have booked, so that it stands in the way of nothing.
tidy() {
  local TOKEN BOOKING name
  for name; do
    as "$name"
    send MyBookings '{"first":30}'
    for BOOKING in $(grep -oE '"id":"[^"]*","reference":"[^"]*","status":"(CONFIRMED|MOVED_BY_PRACTICE|CANCELLING)"' <<<"$ANSWER" | cut -d'"' -f4); do
      cancel
      [[ $ANSWER != *CANCELLING* ]] || until_status CANCELLED
    done
  done
}
# practice_hides UNA true: the practice knows her, and shows her record to nobody outside.
practice_hides() {
  local number=NHS_$1 born=BORN_$1
  control POST /practices/Z90001/patients "{\"nhsNumber\":\"${!number}\",\"familyName\":\"Nowhere\",\"givenName\":\"Una\",\"birthDate\":\"${!born}\",\"sensitive\":$2}"
}

close_book() { send CloseBook "{\"input\":{\"odsCode\":\"${PRACTICE:-Z90001}\",\"reason\":\"${REASON-a demonstration}\",\"to\":\"EVERYBODY\"${UNTIL:+,\"until\":\"$UNTIL\"}}}"; }
reopen_book() { send ReopenBook '{"input":{"odsCode":"Z90001"}}'; }
# rules NOTICE_MINUTES QUOTA: sets the rules of the practice; of one that has none this is the opt-in.
rules() {
  send PracticeByCode "{\"odsCode\":\"${PRACTICE:-Z90001}\"}" >/dev/null
  keep VERSION version
  send SetReleasePolicy "{\"input\":{\"odsCode\":\"${PRACTICE:-Z90001}\",\"expectedVersion\":${EXPECTED:-$VERSION},\"horizonDays\":14,\"minimumNoticeMinutes\":$1,\"takeBackMinutes\":30,\"cancelCutOffMinutes\":60,\"dailyQuota\":$2,\"modes\":[\"IN_PERSON\",\"TELEPHONE\"],\"slotTypes\":[\"111 urgent\",\"Routine\",\"Telephone triage\"],\"dispositionIds\":[\"gp-2h\",\"gp-6h\",\"gp-12h\",\"gp-24h\"],\"otherPatients\":true,\"ownPatients\":true}}"
}
# diary DAY: the day of the own practice's book, today's without one.
diary() { send PracticeDiary "{\"input\":{${1:+\"day\":\"$1\"}}}"; }
switch_triage() { send SetPathwayAvailability "{\"input\":{\"pathwayId\":\"$1\",\"off\":$2,\"reason\":\"a demonstration\"}}"; }
# statistics FROM TO: symptom checks of these months, by complaint, or by what BY lists in quotes.
statistics() { send Statistics "{\"input\":{\"measures\":[\"CHECKS_STARTED\"],\"by\":[${BY-\"PATHWAY\"}],\"period\":{\"grain\":\"MONTH\",\"from\":\"$1\",\"to\":\"$2\"}}}"; }
near() { send PracticesNear "{\"near\":{\"postcode\":\"$1\"},\"withinMiles\":${2:-10}}"; }
