import Config
import Crypto
import Files
import Foundation
import HAL
import Intercomd
import Peering
import Report
import Testing
import Time

@testable import Intercomd
@testable import Media
@testable import Station

/// A folder of settings, removed with the test.
private final class Folder {
    let path = "/tmp/settings-\(UInt64.random(in: 0 ..< .max))"

    init(_ more: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try write(more)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ more: String) throws {
        let text = "[station]\nname = kitchen\n[paths]\nstate = \(path)\nruntime = \(path)\n\(more)"
        try FileStore.write(Array(text.utf8).span, to: "\(path)/intercomd.conf", mode: 0o600)
    }

    /// A peer in the state directory, as a pairing writes it.
    func learn(_ name: String, key: String) throws {
        let folder = "\(path)/peers.d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = "[peer \(name)]\nkey = \(key)\n"
        try FileStore.write(Array(text.utf8).span, to: "\(folder)/\(name).conf", mode: 0o600)
    }

    /// A new pre-shared key in the file of this peer.
    func writePSK(of name: String) throws {
        let paths = ConfigFolder(path).paths
        try KeyStore.write(psk: Key.random(), of: name, paths)
    }
}

/// Settings in use, with the sessions that belong to them.
private final class Station {
    var settings: SettingsInUse
    var table = PeerTable(identity: Key.random(), bootID: 1) { Random.fill(&$0) }
    let folder: String
    let now = Instant(nanoseconds: 0)

    init(_ folder: Folder) throws {
        self.folder = folder.path
        let read = try StationFiles.settings(in: folder.path)
        let config = read.config
        let files = try StationFiles(config, in: config.paths, own: table.publicKey)
        var directory = PeerDirectory()
        var numbers: [Int] = []
        for place in config.peers.indices {
            numbers.append(files.add(place, to: &table, at: now))
        }
        directory.configure(config.peers, keys: files.keys, numbers: numbers)
        let routing = Routing(config, directory)
        settings = SettingsInUse(
            read, directory: directory, routing: routing,
            plan: MediaPlan(config, directory, routing))
    }

    func read() throws(ControlError) -> FoundSettings { try settings.read(folder, table) }

    /// What a reload would change, line by line.
    func difference() throws(ControlError) -> [String] { try read().lines.map { $0.text } }

    /// Why the files are refused.
    var complaint: String {
        do throws(ControlError) {
            _ = try read()
            return ""
        } catch { return error.text }
    }

    func change(to found: FoundSettings) {
        let routing = Routing(found.config, settings.directory, after: settings.routing)
        let handsFree = HandsFree(found.config.audio, clocksApart: nil)
        _ = settings.change(to: found.config, routing, handsFree, at: now)
    }
}

@Suite struct SettingsInUseTests {
    private let folder: Folder
    private let station: Station

    init() throws {
        folder = try Folder("")
        station = try Station(folder)
    }

    private static func newKey() -> String { X25519.publicKey(of: Key.random()).text }

    private static let peers = """
        [peer garage]
        key = \(newKey())
        psk = file:garage.psk
        [peer office]
        key = \(newKey())

        """

    @Test func filesThatAreTheSameChangeNothing() throws {
        let folder = try Folder("")
        try folder.writePSK(of: "garage")
        try folder.write(Self.peers)
        let station = try Station(folder)
        #expect(try station.difference().isEmpty)
        let found = try station.read()
        #expect(found.kept(in: station.table) == Set(station.settings.directory.numbers))
    }

    /// Its site had brought what the button names, and brings it again.
    @Test func aStationThatWasErasedStartsAllTheSame() throws {
        let button = "[button b]\nline = GPIO1\ntalk = upstairs\n"
        for peers in [Self.peers, "", "[button c]\n"] {
            let folder = try Folder(peers + button)
            if peers.isEmpty {
                let read = try StationFiles.settings(atStartIn: folder.path)
                #expect(
                    read.config.warnings.map(\.description) == [
                        "\(folder.path)/intercomd.conf:8: talk: there is no channel or peer"
                            + " \"upstairs\" now: nobody hears it"
                    ])
                // Nor does what comes next, such as a pairing, find it wrong.
                #expect(try StationFiles.settings(in: folder.path).config.buttons.count == 1)
            } else {
                #expect(throws: StationFiles.Failure.self) {
                    try StationFiles.settings(atStartIn: folder.path)
                }
            }
        }
    }

    @Test func anotherKeyInTheSameFileIsAChange() throws {
        let folder = try Folder("")
        try folder.writePSK(of: "garage")
        try folder.write(Self.peers)
        let station = try Station(folder)
        try folder.writePSK(of: "garage")
        #expect(try station.difference() == ["~ [peer garage] psk: another key in the same place"])
        let office = station.settings.directory.number(named: "office")
        let found = try station.read()
        #expect(found.kept(in: station.table) == [office])
    }

    @Test func whatOnlyARestartAppliesIsNotTakenOver() throws {
        let port = station.settings.config.network.port
        try folder.write("[network]\nport = 5999\n[talk]\npreroll = 0\n")
        let found = try station.read()
        #expect(found.lines.count == 2 && found.config.network.port == port)
        #expect(found.config.talk.preroll == .zero)
        station.settings.take(found, numbers: [])
        #expect(station.settings.awaitsRestart.count == 1)
        #expect(station.settings.awaitsRestart.first?.hasPrefix("~ [network] port: ") == true)
    }

    @Test func aMistakeOrAMissingFileIsRefused() throws {
        try folder.write("[audio]\nprerol = 0\n")
        #expect(station.complaint.contains("prerol"))
        try FileStore.remove("\(folder.path)/intercomd.conf")
        #expect(station.complaint == "\(folder.path)/intercomd.conf is not there any more")
    }

    /// A refusal is told until a reload succeeds, and `status` reads no file for it: the next start
    /// would fail, too.
    @Test func aRefusedReloadIsKnownUntilTheNextReload() throws {
        func reload(for cause: ReloadCause = .signal) {
            _ = try? station.settings.readToReload(folder.path, station.table, for: cause)
        }
        var fault: Fault? { station.settings.fault }
        let mistake = "[audio]\nprerol = 0\njitter = x\n"
        try folder.write(mistake)
        #expect(fault == nil, "a person may be in the middle of a change")
        reload()
        let told = try #require(fault?.sentence)
        let head = "the last reload was refused: "
        #expect(told.hasPrefix("\(head)\(folder.path)/intercomd.conf:"))
        #expect(told.contains("prerol") && !told.contains("jitter"), "the first mistake is enough")
        #expect(told.hasSuffix(" -> sudo intercomctl config check, then intercomctl reload"))
        // A pairing reads the files of peers alone.
        reload(for: .pairing)
        #expect(fault?.sentence == told)
        try folder.write("")
        #expect(fault?.sentence == told, "the files are not looked at before the next reload")
        reload()
        #expect(fault == nil)
        try folder.learn("attic", key: "x")
        reload(for: .pairing)
        #expect(fault?.sentence.contains("attic.conf:2") == true)
        try folder.learn("attic", key: Self.newKey())
        reload(for: .pairing)
        #expect(fault == nil)
    }

    /// The refusal is the one thing to be mended first.
    @Test func whatWaitsForARestartIsNotToldBesideARefusal() throws {
        try folder.write("[network]\nport = 5999\n")
        station.settings.take(try station.read(), numbers: [])
        #expect(station.settings.awaitsRestart.count == 1)
        try folder.write("[audio]\nprerol = 0\n")
        _ = try? station.settings.readToReload(folder.path, station.table, for: .signal)
        #expect(station.settings.fault != nil && station.settings.awaitsRestart.isEmpty)
        try folder.write("[network]\nport = 5999\n")
        _ = try station.settings.readToReload(folder.path, station.table, for: .signal)
        #expect(station.settings.fault == nil && station.settings.awaitsRestart.count == 1)
    }

    @Test func anotherReloadIsRefusedWhileOneIsUnderWay() throws {
        let found = try station.settings.readToReload(
            folder.path, station.table, for: .signal)
        station.settings.begin(found, for: .signal, at: station.now)
        do throws(ControlError) {
            _ = try station.settings.readToReload(
                folder.path, station.table, for: .signal)
            Issue.record("it is under way")
        } catch { #expect(error.code == .busy) }
        // What it would change can be asked all the same.
        #expect(try station.difference().isEmpty)
    }

    @Test func theFormerSettingsHoldUntilTheMediaLoopHasTakenTheOthersOver() throws {
        try folder.write("[talk]\npreroll = 0\n")
        let before = station.settings.config.talk.preroll
        let found = try station.read()
        station.change(to: found)
        #expect(station.settings.isChanging && station.settings.config.talk.preroll == before)
        #expect(station.settings.adopt() != nil)
        #expect(station.settings.config.talk.preroll == .zero)
        // The event and the settings that come back say the same: one of them counts.
        #expect(station.settings.adopt() == nil && station.settings.isChanging)
        station.settings.tookBack()
        #expect(!station.settings.isChanging)
    }

    @Test func aReloadIsAnsweredWhenItIsInUseOrAfterASecond() throws {
        let found = try station.read()
        let caller = ProgramTicket(place: 2, number: 9)
        let now = station.now
        station.change(to: found)
        station.settings.begin(found, for: .caller(caller), at: now)
        #expect(station.settings.isReloading && station.settings.deadline == now + .seconds(1))
        #expect(station.settings.takeReload(isTakingLeave: false, at: now) == nil)
        _ = station.settings.adopt()
        station.settings.tookBack()
        #expect(station.settings.takeReload(isTakingLeave: true, at: now) == nil)
        let reload = station.settings.takeReload(isTakingLeave: false, at: now)
        #expect(reload?.cause == .caller(caller) && !station.settings.isReloading)

        station.change(to: found)
        station.settings.begin(found, for: .signal, at: now)
        let late = station.settings.takeReload(isTakingLeave: false, at: now + .seconds(1))
        #expect(late?.cause == .signal && station.settings.isChanging)
    }

    /// A person who is about to change the settings must not keep a button from pairing, nor find
    /// what is half written in use.
    @Test func aReloadOfPeersReadsNothingElse() throws {
        let folder = try Folder("[talk]\npreroll = 0\n")
        let station = try Station(folder)
        try folder.learn("barn", key: Self.newKey())
        for edited in ["[talk]\npreroll = 100ms\n", "[talk]\nprerol = 0\n"] {
            try folder.write(edited)
            let found = try station.settings.readToReload(
                folder.path, station.table, for: .pairing)
            #expect(found.lines.map { $0.text } == ["+ [peer barn]"])
            #expect(found.config.peers.map { $0.name } == ["barn"])
            #expect(found.config.talk.preroll == .zero)
        }
        // The control: a reload of everything reads the mistake.
        #expect(station.complaint.contains("prerol"))
        let found = try station.settings.read("", station.table, isOfPeers: true)
        let number = found.files.add(0, to: &station.table, at: station.now)
        station.settings.take(found, numbers: [number])
        // The next reload begins with the files that were taken over.
        let again = try station.settings.read("", station.table, isOfPeers: true)
        #expect(again.config.peers.map { $0.name } == ["barn"])
        try folder.learn("attic", key: "nonsense")
        #expect(throws: ControlError.self) {
            try station.settings.read("", station.table, isOfPeers: true)
        }
    }

    @Test func aSignalDuringAReloadIsOwed() throws {
        let found = try station.read()
        station.settings.begin(found, for: .signal, at: station.now)
        let isBegun = station.settings.beginBySignal()
        #expect(!isBegun && station.settings.owesReload)
        _ = station.settings.takeReload(isTakingLeave: false, at: station.now)
        let isBegunNow = station.settings.beginBySignal()
        #expect(isBegunNow && !station.settings.owesReload)
    }
}
