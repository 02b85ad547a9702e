internal import Config
internal import Crypto
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time

/// The recordings of the settings: their keys, the ones under way, and the work on their files.
///
/// The switchboard decides when a recording begins and ends, and whose sound is in it. The media
/// loop passes on the sound of these talkers only. A few seconds of sound are in memory; the thread
/// of files gets sealed bytes.
struct Recordings {
    /// Packets wait so long before they are sealed.
    private static let chunkTime = Duration.seconds(4)
    /// How long packets may be overtaken by later ones.
    private static let settling = Duration.milliseconds(300)
    /// More bytes of one record than this wait only for a disk that does not keep up.
    private static let waitingMax = 2 << 20

    private let files: RecordingFiles
    private let suite: Suite
    private let writer: WorkChain
    /// The records of the settings, with this station's streams in their talks.
    private(set) var wanted: [(stream: UInt8, record: Config.Record)] = []
    private var open: [OpenRecording] = []
    /// The first one is under way while `running` is.
    private var jobs: [RecordingFiles.Job] = []
    private var running: Background<Result<String, Fault>>?
    /// Recordings that have failed, for the switchboard and the journal.
    private var failed: [(stream: UInt8, fault: Fault)] = []
    /// Whether the station is being erased, so that nothing is written any more.
    private var isStopped = false
    /// The fault of each record that could not be kept, by its name.
    private(set) var faults: [String: Fault] = [:]
    /// The packets that the media loop found no room for.
    private var lost: UInt64 = 0

    init(_ paths: Paths, usesAES: Bool, writer: WorkChain) {
        files = RecordingFiles(folder: paths.recordings)
        suite = usesAES ? .aesGCM : .chaChaPoly
        self.writer = writer
    }

    /// The streams of the talks that the settings want to be recorded.
    var streams: [UInt8] { wanted.map { $0.stream } }

    /// Takes over the settings; a recording that goes on begins another file.
    mutating func configure(_ config: Config, _ routing: Routing, wall: Int, at now: Instant) {
        let former = open.map { ($0.stream, $0.peers) }
        for (stream, _) in former { end(stream) }
        wanted = []
        for record in config.records {
            let channel = routing.target(named: record.name)?.stream
            let isOfCalls = record.name == Config.Record.calls
            if let stream = isOfCalls ? TalkTarget.call : channel {
                wanted.append((stream, record))
            }
        }
        faults = faults.filter { fault in config.records.contains { $0.name == fault.key } }
        for (stream, peers) in former { record(stream, from: peers, wall: wall, at: now) }
    }

    // MARK: Sound

    /// Begins a recording, sets the peers whose sound is in it, or ends it.
    mutating func record(_ stream: UInt8, from peers: PeerSet, wall: Int, at now: Instant) {
        guard !peers.isEmpty else { return end(stream) }
        if !open.contains(where: { $0.stream == stream }) { begin(stream, wall: wall, at: now) }
        open.first { $0.stream == stream }?.record(peers, at: now)
    }

    private mutating func begin(_ stream: UInt8, wall: Int, at now: Instant) {
        guard !isStopped, let record = wanted.first(where: { $0.stream == stream })?.record,
            let key = RecordingPublicKey(text: record.to)
        else { return }
        open.append(
            OpenRecording(
                of: stream, record, to: key, suite, wall: SpokenMessage.start(wall), at: now))
    }

    private mutating func end(_ stream: UInt8) {
        guard let place = open.firstIndex(where: { $0.stream == stream }) else { return }
        write(open.remove(at: place), until: nil)
    }

    mutating func take(_ packet: KeptPacket, named name: (Int?) -> String) {
        guard let recorded = packet.recorded else { return }
        open.first { $0.stream == recorded.stream }?
            .take(packet, recorded, named: name(recorded.peer))
    }

    private mutating func write(_ recording: OpenRecording, until end: Instant?) {
        let (isFirst, record) = (recording.size == 0, recording.record)
        let bytes = recording.sealed(until: end)
        guard !bytes.isEmpty else { return }
        let waiting = jobs.filter { $0.record.name == record.name }.map { $0.bytes.count }
        guard waiting.reduce(bytes.count, +) <= Self.waitingMax else {
            return fail(
                record,
                Fault(of: record, "the disk is too slow", fix: "see what else writes to it"))
        }
        jobs.append(
            RecordingFiles.Job(
                name: recording.name, bytes: bytes, isFirst: isFirst, record: record))
    }

    // MARK: Time

    mutating func tick(wall: Int, at now: Instant) {
        if let finding = running?.take() { finish(finding) }
        for recording in open {
            guard let since = recording.waitsSince, now - since >= Self.chunkTime else { continue }
            write(recording, until: now - Self.settling)
            guard recording.size >= RecordingFiles.sizeMax(of: recording.record),
                open.contains(where: { $0 === recording })
            else { continue }
            end(recording.stream)
            record(recording.stream, from: recording.peers, wall: wall, at: now)
        }
        guard running == nil, let job = jobs.first else { return }
        running = writer.begin { [files] in files.perform(job) }
    }

    private mutating func finish(_ result: Result<String, Fault>) {
        running = nil
        guard !jobs.isEmpty else { return }
        let job = jobs.removeFirst()
        switch result {
        case .success(let name):
            if job.isFirst { faults[job.record.name] = nil }
            for place in jobs.indices where jobs[place].name == job.name { jobs[place].name = name }
            open.first { $0.name == job.name }?.name = name
        case .failure(let fault): fail(job.record, fault)
        }
    }

    /// Gives up a recording: a file with a hole would be of no use after it.
    private mutating func fail(_ record: Config.Record, _ fault: Fault) {
        faults[record.name] = fault
        failed += wanted.filter { $0.record.name == record.name }.map { ($0.stream, fault) }
        open.removeAll { $0.record.name == record.name }
        let begun = running == nil ? 0 : 1
        // What is under way takes no fault back.
        for place in 0..<begun where jobs[place].record.name == record.name {
            jobs[place].isFirst = false
        }
        jobs = jobs.prefix(begun) + jobs.dropFirst(begun).filter { $0.record.name != record.name }
    }

    /// Notes how many packets the media loop found no room for.
    ///
    /// - Returns: The fault of each recording under way in which sound may be missing, once.
    mutating func note(lost: UInt64) -> [Fault] {
        guard lost != self.lost else { return [] }
        self.lost = lost
        let some = open.filter { !$0.hasGap }
        for recording in some { recording.hasGap = true }
        return some.map { $0.gap }
    }

    /// The faults of recordings that go on with a gap in them.
    var gaps: [Fault] { open.filter { $0.hasGap }.map { $0.gap } }

    /// Returns a recording that has failed, once.
    mutating func nextFailed() -> (stream: UInt8, fault: Fault)? {
        failed.isEmpty ? nil : failed.removeFirst()
    }

    func deadline(at now: Instant) -> Instant? {
        var all = open.compactMap { $0.waitsSince.map { $0 + Self.chunkTime } }
        if let running { all.append(running.look(at: now)) }
        return all.min()
    }

    /// Drops all work, because the station is being erased.
    mutating func stop() {
        (isStopped, open, jobs) = (true, [], [])
    }

    /// Ends all recordings, and waits until they are written.
    mutating func close(within limit: Duration, wall: Int) {
        for stream in open.map({ $0.stream }) { end(stream) }
        let end = Clock.now() + limit
        while running != nil || !jobs.isEmpty, Clock.now() < end {
            tick(wall: wall, at: Clock.now())
            Clock.sleep(.milliseconds(2))
        }
    }
}
