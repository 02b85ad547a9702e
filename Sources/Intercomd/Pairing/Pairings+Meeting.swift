internal import Config
internal import Control
internal import Crypto
internal import Discovery
internal import Pairing
internal import Presentation
internal import Switchboard
internal import Time
internal import Wire

/// A meeting without a code: two stations whose talk buttons are held (`ButtonMeeting`).
///
/// The pairing is that of a code, which everybody knows here. The other station must show the card
/// that it has promised by the name under which it announces itself.
extension Pairings {
    /// A meeting under way, or one that has ended and is still announced.
    struct Meeting {
        var core: ButtonMeeting
        /// The neighbours were told; before that what they say is of another meeting.
        var isAnnounced = false

        func beacon(isReady: Bool) -> MeetingBeacon {
            MeetingBeacon(id: core.own.bytes, isReady: isReady)
        }
    }

    /// A meeting is under way.
    var isMeeting: Bool { meeting.map { !$0.core.isLeaving } ?? false }

    /// No code proves the other station of the pairing under way.
    var isWithoutCode: Bool { job?.isProved == false }

    /// A meeting is announced.
    var hasMeeting: Bool { meeting != nil }

    /// Looks for another station whose button is held.
    ///
    /// - Returns: Why not; nil where the outcome comes later.
    mutating func meet(
        by asker: Asker, on ground: PairingGround, at now: Instant
    ) -> ControlError? {
        guard !isBusy else { return ControlError(.busy, "a pairing is under way") }
        guard !desk.rests(at: now) else {
            return ControlError(.busy, "no meeting now: try again later")
        }
        guard ground.isOnLAN else {
            return ControlError(
                .failed,
                ground.config.network.discovery
                    ? "this machine is in no LAN, so no station can be met"
                    : "discovery = no in [network], so no station can be met")
        }
        guard let card = ground.promisedCard else {
            return ControlError(.failed, "\(ground.config.station.name) is no name for a station")
        }
        endMeeting()
        let meeting = Meeting(core: ButtonMeeting(as: MeetingID(of: card), at: now))
        self.meeting = meeting
        job = PairingJob(caller: nil, asker: asker, name: nil, promise: card)
        order(.meet(meeting.beacon(isReady: false)))
        return nil
    }

    /// Takes what the neighbours announce.
    mutating func look(_ places: MeetingPlaces, on ground: PairingGround, at now: Instant) {
        guard var meeting, meeting.isAnnounced else { return }
        let others = places.list.compactMap { place in
            MeetingID(bytes: place.id).map {
                ButtonMeeting.Other(
                    id: $0, endpoints: place.addresses, isReady: place.isReady,
                    isGone: place.isGone)
            }
        }
        let step = meeting.core.look(others, isBlind: places.isBlind, at: now)
        self.meeting = meeting
        follow(step, on: ground, at: now)
    }

    private mutating func follow(
        _ step: ButtonMeeting.Step?, on ground: PairingGround, at now: Instant
    ) {
        guard let step, let meeting else { return }
        switch step {
        case .ask: order(.askForMeetings)
        case .show: show(meeting, on: ground, at: now)
        case .enter(let endpoints):
            set(out: .meeting(), to: [.init(endpoints)], on: ground, at: now)
        case .end(.noStationFound):
            fail(
                "not_found",
                "no other station was met: both buttons must be held within a minute, on one LAN,"
                    + " with press-to-meet = yes at both")
        case .end(.crowded):
            failMeeting(
                "crowded",
                "more than one other station took part in the meeting, so none is paired", at: now)
        case .end(.blind):
            failMeeting(
                "blind",
                "so much was said on the LAN that another station of the meeting may be missed, so"
                    + " none is paired", at: now)
        case .leave: endMeeting()
        }
    }

    private mutating func show(_ meeting: Meeting, on ground: PairingGround, at now: Instant) {
        guard let job else { return }
        do throws(ControlError) {
            _ = try open(.meeting(), for: job, on: ground, at: now)
        } catch { return fail("refused", error.text) }
        order(.meet(meeting.beacon(isReady: true)))
    }

    /// Whether a station may become a peer: where there is no code it must be the promised one.
    ///
    /// Another one took part all the same, so the meeting ends as with a third.
    mutating func isExpected(
        _ card: PairingCard, on ground: PairingGround, at now: Instant
    ) -> Bool {
        guard let job, !job.isProved else { return job != nil }
        guard isMeeting, var meeting else {
            failMeeting("refused", "the meeting is over", at: now)
            return false
        }
        guard meeting.core.expects(card) else {
            let step = meeting.core.crowd(at: now)
            self.meeting = meeting
            follow(step, on: ground, at: now)
            return false
        }
        meeting.core.settle()
        self.meeting = meeting
        return true
    }

    /// Whether the other station, which was not reached, is to be tried again.
    mutating func mayRetryMeeting(at now: Instant) -> Bool {
        guard var meeting, meeting.core.mayRetry(at: now) else { return false }
        self.meeting = meeting
        errand = nil
        port.hangUp()
        return true
    }

    /// A pairing without a code failed in another way than by time: somebody may be at work.
    mutating func failMeeting(_ cause: String, _ text: String, at now: Instant) {
        let minutes = desk.rest(at: now).components.seconds / 60
        let rest = minutes == 1 ? "a minute" : "\(minutes) minutes"
        fail(cause, "\(text); try again in \(rest), or pair by a code")
    }

    /// Announces this station no more.
    mutating func endMeeting() {
        guard hasMeeting else { return }
        meeting = nil
        order(.meet(nil))
    }
}
