internal import Audio
internal import Realtime
internal import Station
internal import Time

/// Sound from a file goes out beside the microphone (`PacedAnnouncement`).
extension MediaLoop {
    mutating func beginAnnouncement(_ box: consuming Box<Announcement>) {
        // If it was made before a reload, its frames may have another length.
        let isFit = box.value.frameSamples == plan.sound.frameSamples
        guard !announcement.isOn, !isQuiet, !isStopping, isFit else {
            rings.handBack(.announcement(box))
            rings.notify(.said(target: plan.targets[plan.announcement].id, frames: 0))
            return rings.notify(.announcementEnded)
        }
        announcement.begin(box, at: now)
        talks.spurts[plan.announcement].begin(at: 0)
        talks.isFrameSizeDue = true
        giveTimerWork()
    }

    /// Nothing more comes of it: the rest is sent, or is not.
    mutating func endAnnouncement(isNow: Bool) {
        announcement.complete()
        if isNow { finishAnnouncement() }
    }

    /// The card that wakes the loop has moved so many samples: as much of the file is due.
    mutating func pace(_ source: ClockMaster.Source, _ samples: Int) {
        guard source == cards.clock.source else { return }
        let frame = plan.sound.frameSamples
        if talks.hasTail { talks.pace.earn(samples, frameSamples: frame) }
        guard announcement.isOn else { return }
        announcement.earn(samples, frameSamples: frame)
        while announcement.isDue(frameSamples: frame) {
            announcement.spend(frameSamples: frame)
            guard sendAnnounced() else {
                return announcement.waitForReader(frameSamples: frame)
            }
        }
    }

    /// Sends one frame of it; false when there is none yet.
    private mutating func sendAnnounced() -> Bool {
        // During a talk, `talk` chooses it.
        if talks.isFrameSizeDue, !talks.isTalking { talks.chooseFrameSize(plan, for: &socket) }
        announcement.prepare(frameSize: talks.encoder.frameSize, decoy: &talks.decoy)
        guard let ready = announcement.takeReady() else { return false }
        announcement.exchange(&talks.frames)
        talks.sendFrame(
            ready.number, of: plan.announcement, isLast: ready.isLast, plan, by: &socket, at: now)
        announcement.exchange(&talks.frames)
        if ready.isLast { finishAnnouncement() }
        return true
    }

    /// Ends the announcement and drops the rest of it.
    mutating func finishAnnouncement() {
        guard let box = announcement.end() else { return }
        talks.isFrameSizeDue = true
        let target = plan.announcement
        talks.spurts[target].phase = .silent
        talks.oweEnds(of: target, ahead: announcement.credit, plan, at: now)
        rings.notify(
            .said(target: plan.targets[target].id, frames: talks.spurts[target].packets))
        rings.handBack(.announcement(box))
        rings.notify(.announcementEnded)
        giveTimerWork()
    }

    /// Without a card, the timer moves talk keys and an announcement.
    mutating func giveTimerWork() {
        cards.hasOtherWork = talkKeys.count > 0 || announcement.isOn || talks.hasTail
        if cards.clock.source == .timer { cards.armTimer(at: now) }
    }
}
