internal import Config
internal import Media
internal import Realtime
internal import Report
internal import Station
internal import Time

/// Recordings of channels and calls: what the switchboard decides goes to the media loop and the
/// files.
extension ControlLoop {
    /// Takes over the recordings of the settings; of what was heard before, nothing is left.
    mutating func configureRecordings(_ config: Config, _ routing: Routing) {
        replay.configure(keep: config.replay.keep)
        if messages.player?.subject == .replay { messages.player?.stop(by: "the new settings") }
        recordings.configure(config, routing, wall: wall, at: now)
        let streams = recordings.streams
        feed { board, _, now in board.record(streams, at: now) }
    }

    /// Begins a recording, sets the peers whose sound is in it, or ends it.
    mutating func record(_ stream: UInt8, from peers: PeerSet) {
        takePackets()
        rings.tell(.keep(stream, peers))
        // What a recording that ends now has lost is an event, too.
        reportLostSound()
        recordings.record(stream, from: peers, wall: wall, at: now)
    }

    /// Advances the work on recordings.
    mutating func followRecordings() {
        if resetButton.isErasing { recordings.stop() }
        takePackets()
        replay.tick(at: now)
        reportLostSound()
        recordings.tick(wall: wall, at: now)
        while let (stream, fault) = recordings.nextFailed() {
            tell(.stateFault, detail: fault.sentence)
            feed { board, _, now in board.recordingFailed(stream, at: now) }
        }
    }

    /// Reports recordings whose sound the media loop found no room for.
    private mutating func reportLostSound() {
        for fault in recordings.note(lost: rings.counters[.recordingLost]) {
            tell(.stateFault, detail: fault.sentence)
        }
    }

    /// The recordings of the settings, for `status`.
    var recordingStatus: [Status.Recording] {
        recordings.wanted.map { stream, record in
            var status = Status.Recording()
            status.name = record.name
            status.canTell = switchboard.consent.signs.tellOfRecordings
            let own = switchboard.recorder.own.first { $0.stream == stream }
            guard let own else { return status }
            status.recorded = own.recorded.map { directory[$0].name }
            status.unrecorded = own.unrecorded.map { directory[$0].name }
            status.deniedBy = own.deniedBy.map { directory[$0].name }
            return status
        }
    }
}
