"""The register of decisions that luck makes: each has a stream of its own, for good.

Looks at nothing, changes nothing. A number here is the name of a stream, not a measurement.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Decision(IntEnum):
    """Registered streams. A number is never used twice and never used again once retired."""

    # who people are
    BIRTH_AGE = 1
    SEX = 2
    LIVING = 3
    PARTNER_ORDER = 4
    HOST = 5
    ETHNICITY = 6
    DISPOSITION = 7
    SOCIABILITY = 8
    LIABILITY = 9
    NEED_START = 10
    CAR = 11
    DIGITAL = 12
    SAVINGS = 13
    INTEREST = 14
    CHILDREN = 15
    KIN_NEAR = 16
    KIN_WHO = 17
    FRIENDS_START = 18
    FRIEND_OUTSIDE = 19
    FRIEND_ORDER = 20
    FRIEND_STRENGTH = 21
    NEIGHBOURS_START = 22
    NEIGHBOUR_ORDER = 23
    CARE_HOME_START = 24
    DEMENTIA = 25
    VOLUNTEER_START = 26
    WIDOWED = 27
    FEELING_START = 28
    CARE_START = 29
    OUTSIDE_CARE = 30
    TAKE_UP = 31
    HELP_KEENNESS = 32
    SAVINGS_LOCAL = 33
    CLIENT_KIND = 34
    SPELL_START = 35
    SEVERITY = 36
    # a month
    DEATH = 100
    ARRIVAL = 101
    DEPARTURE = 102
    COMES_OF_AGE = 103
    COUPLE_FORMS = 104
    COUPLE_PARTS = 105
    LEAVES_HOME = 106
    SPARE_ROOM = 107
    COUPLE_ORDER = 108
    FRIEND_OPEN = 110
    FRIEND_POOL = 111
    FRIEND_SLOT = 112
    FRIEND_LOSS = 113
    FRIEND_CLOSURE = 114
    NEIGHBOUR_OPEN = 115
    NEIGHBOUR_LOSS = 116
    TIE_SURVIVES_MOVE = 117
    FEELING = 120
    EVENT = 121
    EVENT_SIZE = 122
    ANSWER = 123
    LIABILITY_DRIFT = 124
    HUB_JOIN = 130
    HUB_ATTEND = 131
    HUB_LEAVE = 132
    HUB_RANK = 133
    HUB_CHANCE = 134
    REFERRAL = 135
    REFERRAL_RANK = 136
    VOLUNTEER = 137
    VOLUNTEER_LEAVE = 138
    MINIBUS_RANK = 139
    HUB_VOLUNTEER = 141
    OTHER_ACTIVITY = 142
    ACTIVITY_LEAVE = 143
    TIE_AFTER_CLOSURE = 140
    MUTUAL_AID = 260
    NEED_ONSET = 150
    NEED_LEVEL = 151
    NEED_RECOVERY = 152
    NEED_WORSE = 153
    REQUEST = 160
    ASSESSMENT = 161
    WAIT_RANK = 162
    CARER_STEP_UP = 163
    OUTSIDE_CARE_START = 164
    OUTSIDE_CARE_STOP = 165
    PACKAGE_END = 166
    CARE_STARTS = 167
    REVIEW = 168
    CONTACT = 169
    HANDED_BACK = 172
    POST_FILLED = 173
    WORKER = 174
    CARE_KIND = 175
    LEAVER = 170
    HIRE = 171
    AE = 180
    ADMISSION = 181
    DELAY = 182
    CARE_HOME = 183
    BREAKDOWN = 184
    SAFEGUARDING = 185
    CARE_HOME_PAYER = 186
    AE_FIRST = 187
    CRISIS_DAY = 188
    CARE_HOME_OTHER = 189
    # who provides care
    DIRECT_PAYMENT_CHOICE = 200
    PROVIDER_START = 201
    PROVIDER_ORDER = 202
    PROVIDER_PRICE = 203
    PROVIDER_CLOSES = 204
    PROVIDER_ENTERS = 205
    BED_RANK = 206
    WORKER_OVERSEAS = 207
    WORKER_ETHNICITY = 208
    PROVIDER_PAY = 209
    CAPITAL = 220
    INCOME = 221
    REQUEST_OUTCOME = 222
    REABLEMENT_OFFER = 223
    REABLEMENT_LENGTH = 224
    DIRECT_PAYMENT_REVIEW = 225
    HELPER_CHOICE = 240
    CARER_SEEN = 241
    CARER_SUPPORTED = 242
    CARER_PLACE = 243
    CARING_SINCE = 244
    JOB = 245
    # who takes up what a plan offers
    PLACEMENT = 320
    PLACEMENT_RANK = 321
    APPEAL = 322
    APPEAL_RANK = 323
    CARERS_GROUP = 324
    CARERS_GROUP_RANK = 325
    # the council's answer to money
    CARE_HOME_PANEL = 280
    SUPPORTED_LIVING_PANEL = 281
    # what plans for care bring about
    PAYMENT_SUPPORT = 340
    MICRO_FROM_AGENCY = 341
    CONVERSATION = 342
    SECURE_HOURS = 343
    SHARED_LIVES_MOVE = 344
    HOMESHARE = 345
    KEYRING = 346
    # connectors, visits, lifts
    VISIT_JOIN = 300
    VISIT_RANK = 301
    SCHEME_FOLDS = 302
    LEARNS = 303
    CIRCLE = 304
    BUS_ROUND = 305
    BEDSIDE = 306
    BEDSIDE_RANK = 307
    CIRCLE_FADES = 308
    # how a simulated evaluation assigns people and neighbourhoods
    TRIAL_ARM = 900
    WEDGE_ORDER = 901
