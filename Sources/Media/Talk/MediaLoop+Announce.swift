internal import Audio
internal import Realtime
internal import Station
internal import Time

/// What was read from a file goes out beside the microphone, paced by the card that wakes the loop.
extension MediaLoop {
    /// Frames that may be made up for at once after the loop stood still.
    private static var framesLate: Int { 4 }

    var isAnnouncing: Bool {
        switch announcement {
        case .some: true
        case .none: false
        }
    }

    mutating func beginAnnouncement(_ box: consuming Box<Announcement>) {
        // Of settings before a reload its frames may have another length.
        let isFit = box.value.frameSamples == plan.sound.frameSamples
        guard !isAnnouncing, !isQuiet, !isStopping, isFit else {
            rings.handBack(.announcement(box))
            rings.notify(.said(target: plan.targets[plan.announcement].id, frames: 0))
            return rings.notify(.announcementEnded)
        }
        announcement = consume box
        isAnnouncementWhole = false
        announcementCredit = 0
        pacedAt = now
        spurts[plan.announcement].begin(at: 0)
        isFrameSizeDue = true
        paceChanged()
    }

    private mutating func paceChanged() {
        cards.hasOtherWork = keys.count > 0 || isAnnouncing
        if cards.clock.source == .timer { cards.armTimer(at: now) }
    }

    /// Nothing more comes of it: the rest is sent, or is not.
    mutating func endAnnouncement(isNow: Bool) {
        guard isAnnouncing else { return }
        isAnnouncementWhole = true
        if isNow { finishAnnouncement() }
    }

    /// The card that wakes the loop has moved so many samples: as much of the file is due.
    mutating func pace(_ source: ClockMaster.Source, _ samples: Int) {
        guard isAnnouncing, source == cards.clock.source else { return }
        let frame = plan.sound.frameSamples
        announcementCredit = min(announcementCredit + samples, Self.framesLate * frame)
        while announcementCredit >= frame, isAnnouncing {
            guard sendAnnounced() else {
                // Its reader is slow: it goes on when there is more.
                announcementCredit = frame
                return
            }
            announcementCredit -= frame
        }
    }

    /// Without a card time itself is what moves.
    mutating func paceByTimer() {
        guard isAnnouncing else { return }
        let samples = Int((now - pacedAt).nanoseconds * 3 / 62_500)
        pacedAt = pacedAt + .nanoseconds(Int64(samples) * 62_500 / 3)
        pace(.timer, samples)
    }

    /// Sends one frame of it; false when there is none yet.
    private mutating func sendAnnounced() -> Bool {
        guard isAnnouncing else { return false }
        let target = plan.announcement
        var isLast = false
        if !announcement!.value.fill() {
            guard isAnnouncementWhole else { return false }
            announcement!.value.pad()
            isLast = true
        }
        // While somebody talks it is chosen there.
        if !isTalking { chooseFrameSize() }
        let number = announcement!.value.next
        announcement!.value.encode(frameSize: encoder.frameSize)
        announcement!.value.exchange(&encoded)
        spurts[target].advance(to: number, lostMax: plan.lostFramesMax)
        sendToAll(number, of: target, isLast: isLast)
        announcement!.value.exchange(&encoded)
        rings.counters.add(.framesSent)
        spurts[target].sent()
        if isLast { finishAnnouncement() }
        return true
    }

    /// It is over, whatever is left of it.
    mutating func finishAnnouncement() {
        guard let box = announcement.take() else { return }
        isFrameSizeDue = true
        let target = plan.announcement
        spurts[target].phase = .silent
        if spurts[target].packets > 0 {
            spurts[target].endsLeft = Spurt.ends
            spurts[target].nextEnd = now
        }
        rings.notify(.said(target: plan.targets[target].id, frames: spurts[target].packets))
        rings.handBack(.announcement(box))
        rings.notify(.announcementEnded)
        paceChanged()
    }
}
