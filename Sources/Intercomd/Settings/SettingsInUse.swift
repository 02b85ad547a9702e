internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time

/// The settings in use, and those about to come into use.
///
/// All files are read and checked before anything changes. Then the media loop takes the settings
/// over, and the asker of the reload is answered.
struct SettingsInUse {
    /// The time after which a slow media loop is reported.
    private static let patience = Duration.seconds(1)

    private(set) var config: Config
    private(set) var directory: PeerDirectory
    private(set) var routing: Routing
    /// The plan that the media loop was given last.
    private(set) var plan: MediaPlan
    /// Whether the folder has no settings yet.
    private(set) var isUnconfigured: Bool
    /// The files as they were read.
    private(set) var sources: [ConfigSource]
    /// Settings that the last reload found, and that only a restart applies.
    private var restartLines: [String] = []
    /// Why the last reload of all files was refused, or a later one of the peers'.
    private var refusal: (reason: String, isOfPeers: Bool)?
    /// Whether a signal asked for a reload while another was under way.
    private(set) var owesReload = false
    /// Settings that the media loop is about to take over.
    private var change: PendingChange?
    /// The reload under way.
    private var reload: PendingReload?

    init(_ read: StationFiles.Read, directory: PeerDirectory, routing: Routing, plan: MediaPlan) {
        config = read.config
        isUnconfigured = read.isUnconfigured
        sources = read.sources
        self.directory = directory
        self.routing = routing
        self.plan = plan
    }

    /// Whether the media loop still has the former settings.
    var isChanging: Bool { change != nil }

    /// Whether a reload is not answered yet.
    var isReloading: Bool { reload != nil }

    /// The latest time for the answer to a reload.
    var deadline: Instant? { reload?.end }

    // --- what the files say ---

    /// Reads and checks the files of a folder, and changes nothing.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - table: The present peers.
    ///   - isOfPeers: Whether to read only the files of the state directory; everything else stays
    ///     as it was read before, even while a person edits it.
    /// - Returns: The settings in the files.
    /// - Throws: The mistakes in them.
    func read(
        _ folder: String, _ table: borrowing PeerTable, isOfPeers: Bool = false
    ) throws(ControlError) -> FoundSettings {
        do throws(StationFiles.Failure) {
            let all =
                try isOfPeers
                ? StationFiles.settings(
                    sources.filter { !$0.role.isOfState }, andStateIn: config.paths,
                    isUnconfigured: isUnconfigured)
                : StationFiles.settings(in: folder)
            guard !all.isUnconfigured || isUnconfigured else {
                throw .init(text: "\(folder)/intercomd.conf is not there any more")
            }
            let read = try all.withoutItself(table.publicKey)
            // Other directories wait for a restart, and so do their keys.
            let files = try StationFiles(read.config, in: config.paths, own: table.publicKey)
            return FoundSettings(
                read: read, files: files, config: read.config.applied(over: config),
                lines: difference(to: files, table))
        } catch { throw ControlError(.failed, error.text) }
    }

    /// Whether a reload can begin; not while one is under way.
    func canReload(isTakingLeave: Bool) -> Bool { !isChanging && !isReloading && !isTakingLeave }

    /// Does the same as `read`, for a reload; refuses while one is under way.
    mutating func readToReload(
        _ folder: String, _ table: borrowing PeerTable, for cause: ReloadCause
    ) throws(ControlError) -> FoundSettings {
        guard canReload(isTakingLeave: table.isTakingLeave) else {
            throw ControlError(.busy, "a reload is under way: try again in a second")
        }
        let isOfPeers = cause == .pairing || cause == .site
        do throws(ControlError) {
            let found = try read(folder, table, isOfPeers: isOfPeers)
            if !isOfPeers || refusal?.isOfPeers == true { refusal = nil }
            return found
        } catch {
            if !isOfPeers || refusal == nil { refusal = (error.text, isOfPeers) }
            throw error
        }
    }

    /// The mistake for which the last reload was refused.
    ///
    /// The next start, perhaps after a power cut, may fail, too. The files are not looked at
    /// again until the next reload: the control loop must not wait for a disk.
    var fault: Fault? {
        guard let refusal else { return nil }
        let first = refusal.reason.split(separator: "\n").first.map { String($0) } ?? ""
        return Fault(
            "settings", "the last reload was refused: \(first)",
            fix: "sudo intercomctl config check, then intercomctl reload")
    }

    /// Settings in the files that only a restart applies; none while the files cannot be used.
    var awaitsRestart: [String] { refusal == nil ? restartLines : [] }

    private func difference(
        to files: StationFiles, _ table: borrowing PeerTable
    ) -> [ConfigDifference.Line] {
        var lines = ConfigDifference.between(config, files.config)
        // A psk may differ although the file that names it has not changed.
        for (place, peer) in files.config.peers.enumerated() {
            guard let number = table.peer(of: files.keys[place]),
                config.peers.contains(where: { $0.name == peer.name && $0.psk == peer.psk }),
                !table.hasPSK(files.psks[place].key, peer: number)
            else { continue }
            lines.append(.otherPSK(of: peer))
        }
        return lines
    }

    // --- a reload ---

    /// Begins a reload for a signal.
    ///
    /// - Returns: Whether it can begin now. Otherwise it is owed, because nobody learns that they
    ///   must ask again.
    mutating func beginBySignal() -> Bool {
        owesReload = isChanging || isReloading
        return !owesReload
    }

    /// Takes over the peers, under these numbers, and the facts about the files.
    mutating func take(_ found: FoundSettings, numbers: [Int]) {
        isUnconfigured = found.read.isUnconfigured
        sources = found.read.sources
        restartLines = found.lines.filter { $0.needsRestart }.map { $0.text }
        directory.configure(found.config.peers, keys: found.files.keys, numbers: numbers)
    }

    /// Notes that a reload is under way until the media loop has taken the settings over.
    mutating func begin(_ found: FoundSettings, for cause: ReloadCause, at now: Instant) {
        reload = PendingReload(
            cause: cause, lines: found.lines, warnings: found.config.warnings,
            end: now + Self.patience)
    }

    /// Hands out a reload that can be answered now.
    ///
    /// The media loop takes the settings over in its next turn, and a goodbye to a peer takes 40
    /// ms: the asker finds the settings in use.
    mutating func takeReload(isTakingLeave: Bool, at now: Instant) -> PendingReload? {
        guard let reload, (!isChanging && !isTakingLeave) || now >= reload.end else { return nil }
        self.reload = nil
        return reload
    }

    // --- the media loop ---

    /// Makes the change for the media loop.
    mutating func change(
        to config: Config, _ routing: Routing, _ handsFree: HandsFree, at now: Instant
    ) -> Box<MediaChange> {
        let ring = RingFile.samples(config.sounds)
        let plan = MediaPlan(
            config, directory, routing, handsFree,
            concealsNeurally: self.plan.profile == config.audio.profile
                ? self.plan.concealsNeurally
                : ConcealmentTrial.fits(config.audio.profile, time: Clock.threadNanoseconds),
            ringtone: ring)
        let sequences = plan.targets.map { _ in Boot.randomSequence() }
        let formerKeys = config.buttons.map { button in
            self.config.buttons.firstIndex { $0.hasLine(of: button) }
        }
        do throws(OpusError) {
            let made = try MediaChange(
                from: self.plan, to: plan, formerKeys: formerKeys, firstSequences: sequences,
                at: now)
            change = PendingChange(config: config, routing: routing, plan: plan)
            return Box(made)
        } catch { preconditionFailure("\(error)") }
    }

    /// Notes that the media loop has taken the settings over: its events use the new ones from now
    /// on.
    ///
    /// - Returns: The former plan; nil where that is known already.
    mutating func adopt() -> MediaPlan? {
        guard let change, !change.isAdopted else { return nil }
        self.change?.isAdopted = true
        let former = plan
        (config, routing, plan) = (change.config, change.routing, change.plan)
        return former
    }

    /// Notes that the media loop has returned the former settings.
    mutating func tookBack() { change = nil }
}

/// The present settings in the files, read and checked, with their differences from those in use.
struct FoundSettings {
    let read: StationFiles.Read
    let files: StationFiles
    /// The settings that need no restart as in the files, and the others as in use.
    let config: Config
    let lines: [ConfigDifference.Line]

    /// Returns the numbers of peers that the change leaves alone: their key, psk and suite stay the
    /// same.
    func kept(in table: borrowing PeerTable) -> Set<Int> {
        var kept: Set<Int> = []
        for (place, key) in files.keys.enumerated() {
            let suite = config.peers[place].suiteChoice
            if let number = table.peer(of: key, psk: files.psks[place].key, suite: suite) {
                kept.insert(number)
            }
        }
        return kept
    }
}

/// New settings, from the message to the media loop until the media loop has taken them over.
///
/// Until then its events use the former places of keys.
struct PendingChange {
    let config: Config
    let routing: Routing
    let plan: MediaPlan
    var isAdopted = false
}

/// The origin of a reload.
enum ReloadCause: Equatable {
    /// A program, which waits for the reload.
    case caller(ProgramTicket)
    case signal
    /// A pairing has written a peer; only the peers in the state directory are read.
    case pairing
    /// A newer roster has arrived, and its peers are written; the same files are read.
    case site
}

/// A reload that was asked for, until its settings are in use.
struct PendingReload {
    let cause: ReloadCause
    let lines: [ConfigDifference.Line]
    let warnings: [Mistake]
    /// The time of the answer, whether the media loop has taken the settings over or not.
    let end: Instant
}
