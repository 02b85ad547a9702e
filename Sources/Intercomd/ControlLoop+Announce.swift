internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Realtime
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// An announcement as the control thread follows it: the caller's sound on its way to the ring.
struct AnnouncementView {
    /// Who reads it to us.
    let caller: CallerTicket
    let target: String
    /// What its stream means, which listeners learn when there is sound: of one whose reader is
    /// gone before nobody would tell them the end.
    let reference: UInt64
    let priority: Priority
    /// The ring into which its sound is pushed.
    let sound: SPSCRing<SoundBlock>
    /// Bytes of sound that are still to come.
    var left: Int
    /// The first of its sound: before that is here, nothing of it begins.
    var first: SoundBlock?
    /// A block that found no room, and a byte whose other half has not come.
    var waiting: SoundBlock?
    var half: UInt8?
    /// The silence before it, in which listeners hear that it comes.
    var silence = AnnouncementView.leadSamples
    /// Blocks that were given; the media loop begins when there is something ahead.
    var given = 0
    var hasBegun = false
    var isWhole = false
    /// All is sent, or was given up: its listeners' last reports are awaited.
    var isOver = false
    /// The number of its talkspurt; nil before it began.
    var spurt: Int?
    var movedAt: Instant

    static let secondsMax = 60
    static let samplesMax = secondsMax * PCM.sampleRate
    /// The tone of a page takes 0.64 s.
    static let leadSamples = 33_600
    /// A reader that says nothing for so long is gone.
    static let idleMax = Duration.seconds(5)
    static let look = Duration.milliseconds(20)
}

/// `intercomctl announce`: sound that a caller reads from a file, said to a channel or a peer.
extension ControlLoop {
    /// Begins one; the answer says that sound may come, or why not.
    mutating func beginAnnouncement(
        _ name: String, _ priority: Priority, samples: Int, for caller: CallerTicket
    ) -> Reply {
        guard let routed = routing.target(named: name) else { return unknownTarget(name) }
        guard announcement == nil else {
            return .refused(ControlError(.failed, "another announcement is under way"))
        }
        guard samples > 0, samples <= AnnouncementView.samplesMax else {
            let limit = AnnouncementView.secondsMax
            return .refused(ControlError(.failed, "an announcement is of 1 to \(limit) seconds"))
        }
        let sound: SPSCRing<SoundBlock>
        do throws(OpusError) {
            let made = try Announcement(plan)
            sound = made.sound
            announcementBox = Box(made)
        } catch { return .refused(ControlError(.failed, "\(error)")) }
        announcement = AnnouncementView(
            caller: caller, target: name, reference: routed.reference, priority: priority,
            sound: sound, left: samples * 2, movedAt: now)
        switchboard.aim(TalkTarget.announcement, at: routed.listeners, named: name)
        doWhatCoresAsk()
        want(Int(TalkTarget.announcement))
        return .announce(announced(isOver: false))
    }

    private func announced(isOver: Bool) -> Reply.Announced {
        var reply = Reply.Announced()
        reply.target = announcement?.target ?? ""
        reply.isOver = isOver
        reply.listeners = namesThere(
            of: listeners(of: Int(TalkTarget.announcement)), isVoice: false)
        return reply
    }

    /// When its reader is looked after again.
    var announcementDeadline: Instant? {
        announcement.map { _ in now + AnnouncementView.look }
    }

    /// Takes what its reader has sent, as much as there is room for.
    mutating func followAnnouncement() {
        guard let one = announcement else { return }
        let isAlone = server.hasHungUp(one.caller)
        guard !one.isOver else {
            // Nobody waits for what was heard of it, and the next may begin.
            if isAlone { announcement = nil }
            return
        }
        guard !isAlone else { return stopAnnouncement() }
        guard now - one.movedAt < AnnouncementView.idleMax else { return stopAnnouncement() }
        while giveSound() {}
        beginWhenAhead()
    }

    /// Its reader is gone, or nobody is to hear it any more: it ends at once.
    mutating func stopAnnouncement() {
        guard let one = announcement else { return }
        if one.hasBegun {
            rings.tell(.announceEnd(isNow: true))
        } else {
            announcementEnded()
        }
    }

    private mutating func beginWhenAhead() {
        guard let one = announcement, !one.hasBegun else { return }
        guard one.isWhole || one.given >= Announcement.ahead else { return }
        announcement?.hasBegun = true
        let stream = TalkTarget.announcement
        switchboard.bind(
            TalkTarget(
                stream: stream, reference: one.reference, listeners: listeners(of: Int(stream)),
                priority: one.priority, purpose: .page), at: now)
        doWhatCoresAsk()
        tell(
            .announce, target: one.target,
            detail: one.priority == .normal ? nil : one.priority.word)
        let spurt = saying(Int(stream))
        announcement?.spurt = spurt
        if let box = announcementBox.take() { rings.tell(.announce(box)) }
        if one.isWhole { rings.tell(.announceEnd(isNow: false)) }
    }

    /// Puts one more block into the ring; false when there is no room, or nothing to put in.
    private mutating func giveSound() -> Bool {
        guard var one = announcement, !one.isWhole else { return false }
        defer { announcement = one }
        guard let block = one.waiting ?? nextBlock(&one) else { return false }
        one.waiting = one.sound.push(block)
        guard one.waiting == nil else { return false }
        one.given += 1
        one.movedAt = now
        if one.left == 0, one.silence == 0, one.first == nil {
            one.isWhole = true
            if one.hasBegun { rings.tell(.announceEnd(isNow: false)) }
        }
        return true
    }

    private mutating func nextBlock(_ one: inout AnnouncementView) -> SoundBlock? {
        guard one.silence > 0 else {
            defer { one.first = nil }
            return one.first ?? readBlock(&one)
        }
        one.first = one.first ?? readBlock(&one)
        guard one.first != nil else { return nil }
        var block = SoundBlock()
        block.count = min(PCM.frameSamples, one.silence)
        one.silence -= block.count
        return block
    }

    private mutating func readBlock(_ one: inout AnnouncementView) -> SoundBlock? {
        var block = SoundBlock()
        var bytes = InlineArray<960, UInt8>(repeating: 0)
        var start = 0
        if let half = one.half {
            bytes[0] = half
            start = 1
        }
        let wanted = min(960, one.left + start)
        guard wanted > start else { return nil }
        var room = bytes.mutableSpan
        var rest = room._mutatingExtracting(start..<wanted)
        guard let count = server.readSound(of: one.caller, into: &rest), count > 0 else {
            return nil
        }
        one.left -= count
        let filled = start + count
        block.count = filled / 2
        for index in 0..<block.count {
            let value = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
            block.samples[index] = Int16(bitPattern: value)
        }
        one.half = filled % 2 == 1 ? bytes[filled - 1] : nil
        return block
    }

    /// The media loop sends nothing more of it.
    mutating func announcementEnded() {
        guard let one = announcement, !one.isOver else { return }
        announcement?.isOver = true
        if one.hasBegun {
            switchboard.release(TalkTarget.announcement)
            tell(.announceEnd, target: one.target)
        } else {
            tellAnnouncer([])
        }
    }

    /// What was heard of a talkspurt that is over, which may have been an announcement.
    mutating func announcementHeard(_ spurt: Int, _ heard: [HeardBy]) {
        guard let one = announcement, one.isOver, one.spurt == spurt else { return }
        tellAnnouncer(heard)
    }

    /// Tells the reader of an announcement that is over which listeners heard how much of it.
    private mutating func tellAnnouncer(_ heard: [HeardBy]) {
        guard let one = announcement else { return }
        var reply = announced(isOver: true)
        reply.heard = heard
        server.replyLate(.announce(reply), to: one.caller, at: now)
        announcement = nil
        announcementBox = nil
    }
}
