internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

/// `intercomctl announce`: sound that a caller reads from a file, said to a channel or a peer.
extension ControlLoop {
    /// Begins one; the answer says that sound may come, or why not.
    mutating func beginAnnouncement(
        _ name: String, _ priority: Priority, samples: Int, for caller: CallerTicket
    ) -> Reply {
        guard let routed = routing.target(named: name) else {
            return .refused(.unknownTarget(name, routing))
        }
        guard switchboard.announcer.job == nil else {
            return .refused(
                ControlError(.failed, "another announcement is under way: try again after it"))
        }
        guard samples > 0, samples <= AnnouncementReader.samplesMax else {
            let limit = AnnouncementReader.secondsMax
            return .refused(ControlError(.failed, "an announcement may last 1 to \(limit) seconds"))
        }
        do throws(OpusError) {
            try reader.begin(plan, samples: samples, of: caller, at: now)
        } catch { return .refused(ControlError(.failed, "\(error)")) }
        feed { board, _, _ in
            board.announce(
                Announcer.Job(caller: caller, target: routed, name: name, priority: priority))
        }
        return .announce(Reply.Announced(to: name, isOver: false, names, switchboard))
    }

    /// Takes what its reader has sent, and begins when there is enough of it.
    mutating func followAnnouncement() {
        guard reader.isReading else { return }
        let announcer = switchboard.announcer
        guard announcer.awaitsSound || announcer.isSpeaking else { return reader.stop() }
        guard !reader.isIdle(at: now) else {
            return feed { board, _, _ in board.stopAnnouncement() }
        }
        let isNowWhole = reader.follow(&server, at: now)
        if isNowWhole, announcer.isSpeaking { rings.tell(.announceEnd(isNow: false)) }
        guard announcer.awaitsSound, reader.hasEnough else { return }
        feed { board, _, now in board.speakAnnouncement(at: now) }
        if reader.isWhole { rings.tell(.announceEnd(isNow: false)) }
    }
}
