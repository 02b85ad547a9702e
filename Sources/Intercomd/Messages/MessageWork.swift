internal import HAL
internal import Time

/// The jobs for the files of messages, done in order, by one thread at a time.
struct MessageWork {
    typealias Job = MessageFiles.Job
    typealias Change = MessageFiles.Change

    /// The time before changes that failed are tried again.
    private static let pause = Duration.seconds(30)

    let files: MessageFiles
    private let writer: WorkChain
    /// The jobs, of which the first is under way.
    private(set) var jobs: [Job] = []
    private var running: Background<MessageFiles.Finding>?
    /// Changes that the disk refused, oldest first; below, the time of the next attempt.
    private var unchanged: [Change] = []
    private var changesAt: Instant?
    /// Whether the station is being erased, so that nothing is taken or written any more.
    private(set) var isStopped = false

    init(_ files: MessageFiles, _ writer: WorkChain) { (self.files, self.writer) = (files, writer) }

    /// Whether no file is about to be renamed.
    var isIdle: Bool { jobs.isEmpty }

    /// Whether everything is on the disk.
    var isWritten: Bool { jobs.isEmpty && unchanged.isEmpty }

    mutating func begin(_ job: Job) {
        if !isStopped { jobs.append(job) }
    }

    /// Adds a change; changes that wait for the disk share one job.
    mutating func change(_ change: Change) {
        if jobs.count > 1, case .change(let before)? = jobs.last {
            jobs[jobs.count - 1] = .change(before + [change])
        } else {
            changeAgain(then: [change])
        }
    }

    /// Makes these changes, after those that failed before.
    private mutating func changeAgain(then changes: [Change] = []) {
        begin(.change(unchanged + changes))
        (unchanged, changesAt) = ([], nil)
    }

    /// Drops all work, because the station is being erased.
    mutating func stop() {
        isStopped = true
        jobs = running == nil ? [] : Array(jobs.prefix(1))
        (unchanged, changesAt) = ([], nil)
    }

    /// Returns the job that has ended, once.
    mutating func next(at now: Instant) -> (Job, MessageFiles.Finding)? {
        guard let finding = running?.take() else { return nil }
        running = nil
        if case .unchanged(let changes, _) = finding, !isStopped {
            (unchanged, changesAt) = (changes, now + Self.pause)
        }
        return (jobs.removeFirst(), finding)
    }

    /// Begins the next job.
    mutating func goOn(at now: Instant) {
        if isIdle, let changesAt, now >= changesAt { changeAgain() }
        guard running == nil, let job = jobs.first else { return }
        let files = files
        running = writer.begin { files.perform(job) }
    }

    func deadline(at now: Instant) -> Instant? { running?.look(at: now) ?? changesAt }
}
