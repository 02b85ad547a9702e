internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// The sound of an announcement on its way from the caller that reads it to the ring.
struct AnnouncementFeed {
    let caller: CallerTicket
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
    var silence = AnnouncementFeed.leadSamples
    /// Blocks that were given; the media loop begins when there is something ahead.
    var given = 0
    var isWhole = false
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
        guard switchboard.announcer.wish == nil else {
            return .refused(ControlError(.failed, "another announcement is under way"))
        }
        guard samples > 0, samples <= AnnouncementFeed.samplesMax else {
            let limit = AnnouncementFeed.secondsMax
            return .refused(ControlError(.failed, "an announcement is of 1 to \(limit) seconds"))
        }
        let sound: SPSCRing<SoundBlock>
        do throws(OpusError) {
            let made = try Announcement(plan)
            sound = made.sound
            announcementBox = Box(made)
        } catch { return .refused(ControlError(.failed, "\(error)")) }
        feed = AnnouncementFeed(caller: caller, sound: sound, left: samples * 2, movedAt: now)
        switchboard.announce(
            Announcer.Wish(caller: caller, target: routed, name: name, priority: priority))
        doWhatCoresAsk()
        return .announce(announced(to: name, isOver: false))
    }

    func announced(to name: String, isOver: Bool) -> Reply.Announced {
        var reply = Reply.Announced()
        reply.target = name
        reply.isOver = isOver
        reply.listeners = namesThere(
            of: switchboard.listeners(of: Int(TalkTarget.announcement)), isVoice: false)
        return reply
    }

    /// When its reader is looked after again.
    var announcementDeadline: Instant? {
        feed.map { _ in now + AnnouncementFeed.look }
    }

    /// Takes what its reader has sent, as much as there is room for.
    mutating func followAnnouncement() {
        guard let one = feed else { return }
        let announcer = switchboard.announcer
        guard announcer.awaitsSound || announcer.isSpeaking else {
            // What was not given to the media loop ends here.
            feed = nil
            announcementBox = nil
            return
        }
        guard now - one.movedAt < AnnouncementFeed.idleMax else {
            switchboard.stopAnnouncement()
            return doWhatCoresAsk()
        }
        while giveSound() {}
        beginWhenAhead()
    }

    private mutating func beginWhenAhead() {
        guard let one = feed, switchboard.announcer.awaitsSound else { return }
        guard one.isWhole || one.given >= Announcement.ahead else { return }
        switchboard.speakAnnouncement(at: now)
        doWhatCoresAsk()
        if one.isWhole { rings.tell(.announceEnd(isNow: false)) }
    }

    /// Puts one more block into the ring; false when there is no room, or nothing to put in.
    private mutating func giveSound() -> Bool {
        guard var one = feed, !one.isWhole else { return false }
        defer { feed = one }
        guard let block = one.waiting ?? nextBlock(&one) else { return false }
        one.waiting = one.sound.push(block)
        guard one.waiting == nil else { return false }
        one.given += 1
        one.movedAt = now
        if one.left == 0, one.silence == 0, one.first == nil {
            one.isWhole = true
            if switchboard.announcer.isSpeaking { rings.tell(.announceEnd(isNow: false)) }
        }
        return true
    }

    private mutating func nextBlock(_ one: inout AnnouncementFeed) -> SoundBlock? {
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

    private mutating func readBlock(_ one: inout AnnouncementFeed) -> SoundBlock? {
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
}
