import Config
import Crypto
import Files
import Foundation
import HAL
import Testing

/// A peer that a pairing has found, among the files of a station: PairedPeer and PeerFiles.
@Suite final class PairedPeerTests {
    let state = FileManager.default.temporaryDirectory
        .appending(path: "paired-\(UUID().uuidString)").path
    let key = X25519.publicKey(of: .random())

    var paths: Paths { Paths(stateDirectory: state, runtimeDirectory: nil) }

    deinit { try? FileManager.default.removeItem(atPath: state) }

    private func text(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func files(_ main: String = "", learned: [String: String] = [:]) -> PeerFiles {
        let station = "[station]\nname = kitchen\n[channel house]\nmembers = *\n"
        return PeerFiles(
            [ConfigSource(role: .main, path: "/etc/x.conf", bytes: Array((station + main).utf8))]
                + learned.map { name, text in
                    ConfigSource(
                        role: .learned, path: "\(paths.learnedPeers)/\(name).conf",
                        bytes: Array(text.utf8))
                }, in: paths)
    }

    private func peer(
        _ name: String, wish: String? = nil, upAt: String? = nil, from host: String? = nil,
        takesBack: Bool = false, used: PeerFiles, found: PeerFiles
    ) throws -> PairedPeer {
        try PairedPeer(
            key, called: name, named: wish, suite: .chaChaPoly, address: "192.0.2.7",
            upAt: upAt, from: host, takesBack: takesBack, among: used, and: found)
    }

    private func entry(_ name: String, _ key: String? = nil, more: String = "") -> String {
        "[peer \(name)]\nkey = \(key ?? X25519.publicKey(of: .random()).text)\n\(more)"
    }

    @Test func itIsWrittenAsAPersonWouldHaveWrittenIt() throws {
        let files = files()
        let peer = try peer("garage", used: files, found: files)
        #expect(text(of: "\(state)/peers.d/garage.conf") == nil)
        let psk = Key.random()
        try peer.prepare(psk: psk)
        #expect(text(of: "\(state)/peers.d/garage.conf") == nil)
        #expect(try ConfigFolder.stateSources(in: paths).isEmpty)
        try peer.commit(psk: psk)
        #expect(
            text(of: "\(state)/peers.d/garage.conf")
                == """
                # Written by a pairing.
                [peer garage]
                address = 192.0.2.7
                key = \(key.text)
                suite = 2
                psk = file:garage.psk
                verified = \(key.fingerprint)

                """)
        let written = try KeyStore.psk(named: "garage.psk", paths)
        let isSame = written.isEqual(to: psk)
        #expect(isSame)
        let read = PeerFiles(
            files.sources + (try ConfigFolder.stateSources(in: paths)), in: paths)
        let config = try read.config()
        #expect(config.peers.map { $0.name } == ["garage"])
        #expect(config.peers.allSatisfy { $0.isVerified && $0.isLearned })
    }

    /// Every way in which a name can be taken.
    @Test(arguments: ["used", "found", "learned", "station", "channel", "all", "psk", "broken"])
    func aNameThatIsTakenGetsANumber(way: String) throws {
        var (used, found) = (files(), files())
        var name = "garage"
        switch way {
        case "used": used = files(entry("garage"))
        case "found": found = files(entry("garage"))
        case "learned": found = files(learned: ["x": entry("garage")])
        case "station": name = "kitchen"
        case "channel": name = "house"
        case "all": name = "all"
        case "psk": used = files(entry("barn", more: "psk = file:garage.psk\n"))
        // A file that nobody can read is left alone.
        default: found = files(learned: ["garage": "nonsense"])
        }
        let peer = try peer(name, used: used, found: found)
        #expect(peer.name == "\(name)-2")
        #expect(peer.called == name)
    }

    @Test func aNameWhoseSecretLiesThereGetsANumber() throws {
        let files = files()
        try files.write(psk: .random(), of: "garage")
        #expect(try peer("garage", used: files, found: files).name == "garage-2")
        let barn = try peer("barn", used: files, found: files)
        #expect(barn.name == "barn")
        // Its own is no other's.
        try barn.prepare(psk: .random())
        #expect(try peer("barn", used: files, found: files).name == "barn")
    }

    @Test func aLongNameStaysANameAndAWishGoesBefore() throws {
        let long = String(repeating: "a", count: 31)
        let used = files(entry(long) + entry(String(repeating: "a", count: 29) + "-2"))
        #expect(
            try peer(long, used: used, found: used).name
                == String(repeating: "a", count: 29) + "-3")
        let wished = try peer("garage", wish: "barn", used: used, found: used)
        #expect(wished.name == "barn" && wished.called == "garage")
    }

    /// A station that is told a code may claim any key as its own.
    @Test(arguments: ["used", "found", "learned"]) func aKnownKeyIsRefused(way: String) throws {
        let known = entry("barn", key.text)
        let used = way == "used" ? files(known) : files()
        let found =
            way == "found"
            ? files(known) : way == "learned" ? files(learned: ["b": known]) : files()
        #expect {
            _ = try peer("garage", used: used, found: found)
        } throws: { error in
            guard case .known(let text)? = error as? PairedPeer.Refusal else { return false }
            return text.hasPrefix("barn is already a peer, and nothing is changed; ")
                && text.contains(
                    way == "learned"
                        ? "sudo intercomctl peer remove barn, or peer remove at the other box"
                        : "remove it from /etc/x.conf first")
        }
    }

    /// To remove the peer and pair anew would shut out the other of the two.
    @Test func twoBoxesWithOneKeyAreToldWhereThePeerIsUpElsewhere() {
        let files = files(learned: ["b": entry("barn", key.text)])
        for (host, isTold) in [("192.0.2.7", true), ("192.0.2.9", false), (nil, false)] {
            #expect {
                _ = try peer("garage", upAt: "192.0.2.9", from: host, used: files, found: files)
            } throws: { error in
                guard case .known(let text)? = error as? PairedPeer.Refusal else { return false }
                let doubt = "; but if barn, which is up at 192.0.2.9, and the box at 192.0.2.7 are"
                return text.hasPrefix("barn is already a peer, and nothing is changed; ")
                    && text.contains(doubt) == isTold
                    // The copy is another box than this one, with another folder.
                    && text.hasSuffix(Paths().keyAnew(on: "the copy")) == isTold
            }
        }
    }

    /// The box was paired beside the peer that it is to replace.
    @Test func aKnownBoxOfAnotherPeersNameIsToldHowToTakeItsPlace() {
        let files = files(entry("garage"), learned: ["b": entry("garage-2", key.text)])
        #expect {
            _ = try peer("garage", used: files, found: files)
        } throws: { error in
            guard case .known(let text)? = error as? PairedPeer.Refusal else { return false }
            return text.contains(
                "; if it is garage anew: sudo intercomctl peer replace garage garage-2; to pair")
        }
    }

    /// One that its site has put out comes back with it, where that is introduced.
    @Test(arguments: [(true, true), (true, false), (false, true)])
    func oneThatWasPutOutIsTakenBackWhereThatIsDone(isBySite: Bool, introduces: Bool) throws {
        if introduces { try KeyStore.write(siteKey: .random(), paths) }
        let writer = isBySite ? "intercomctl site, which has put it out" : "intercomctl peer set"
        let files = files(learned: [
            "barn": "# Written by \(writer).\n" + entry("barn", key.text, more: "revoked = yes\n")
        ])
        #expect {
            _ = try peer("garage", used: files, found: files)
        } throws: { error in
            guard case .known(let text)? = error as? PairedPeer.Refusal else { return false }
            return text.hasSuffix(
                isBySite && introduces
                    ? "to take it back: sudo intercomctl site add barn"
                    : "to take it back: sudo intercomctl peer set barn --revoked no")
        }
    }

    /// It was restored without its secrets, or put out at one side.
    @Test func aPeerWithoutASessionIsPairedAnew() throws {
        try peer("garage", used: files(), found: files()).store(.random())
        let written = try ConfigFolder.stateSources(in: paths)
        func again(isUp: Bool = false) throws -> PairedPeer {
            let files = PeerFiles(
                files().sources + (try ConfigFolder.stateSources(in: paths)), in: paths)
            return try peer("carport", upAt: isUp ? "192.0.2.7" : nil, used: files, found: files)
        }
        // Not while it talks.
        #expect {
            _ = try again(isUp: true)
        } throws: { error in
            guard case .known? = error as? PairedPeer.Refusal else { return false }
            return true
        }
        let anew = try again()
        #expect(anew.name == "garage" && anew.former == nil)
        // Given up at any time, all is as it was.
        try anew.prepare(psk: .random())
        anew.withdraw()
        #expect(try ConfigFolder.stateSources(in: paths).map(\.bytes) == written.map(\.bytes))
        #expect(try secrets() == ["garage.psk"])
        try anew.prepare(psk: .random())
        PairedPeer.removeLeftovers(PeerFiles(files().sources + written, in: paths))
        #expect(try secrets() == ["garage.psk"])
        for file in ["garage.2.psk", "garage.psk"] {
            let psk = Key.random()
            try again().store(psk)
            let written = try #require(self.text(of: "\(state)/peers.d/garage.conf"))
            #expect(written.contains("psk = file:\(file)\n"), "\(written)")
            #expect(try secrets() == [file])
            let isSame = try KeyStore.psk(named: file, paths).isEqual(to: psk)
            #expect(isSame)
        }
    }

    /// A person changes the peer while the other station has not finished.
    @Test func whatIsChangedWhileAPeerIsPairedAnewStays() throws {
        let file = entry("garage", key.text, more: "[policy garage]\nsignal = allow\n")
        let known = files(learned: ["garage": file])
        try known.write("\(paths.learnedPeers)/garage.conf")
        let anew = try peer("garage", used: known, found: known)
        let same = try peer("garage", used: known, found: known)
        #expect(anew.isWritten(like: same))
        let psk = Key.random()
        try anew.prepare(psk: psk)
        // As no peer names the secret yet, it is taken for a stray.
        try known.removeStray(of: "garage")
        #expect(try secrets() == [])
        try same.commit(psk: psk)
        #expect(try secrets() == ["garage.psk"])
        let isSame = try KeyStore.psk(named: "garage.psk", paths).isEqual(to: psk)
        #expect(isSame)
        let written = try #require(text(of: "\(state)/peers.d/garage.conf"))
        #expect(written.contains("[policy garage]\nsignal = allow\n"), "\(written)")
        // The next one is given up, and so is not the psk that a person has given it meanwhile.
        let state = try ConfigFolder.stateSources(in: paths)
        let now = PeerFiles(files().sources + state, in: paths)
        let third = try peer("garage", used: now, found: now)
        #expect(!third.isWritten(like: same))
        try third.prepare(psk: .random())
        #expect(try secrets() == ["garage.2.psk", "garage.psk"])
        third.withdraw()
        #expect(try secrets() == ["garage.psk"])
    }

    /// Peers that are not alone in a file of the station's own are left as they are.
    @Test func aPeerInAFileOfSeveralIsNotPairedAnew() throws {
        let two = entry("garage", key.text) + entry("barn")
        for files in [files(learned: ["garage": two]), files(learned: ["other": two]), files(two)] {
            #expect(throws: PairedPeer.Refusal.self) {
                _ = try peer("garage", used: files, found: files)
            }
        }
    }

    @Test func oneThatTheSiteHasTakenOutComesBackOnlyIfThatIsMeant() throws {
        let other = X25519.publicKey(of: .random()).text
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true)
        for (removed, isRefused) in [(key.text, true), (other, false)] {
            try "\(removed) shed\n".write(
                toFile: "\(state)/site.removed", atomically: false, encoding: .utf8)
            let (empty, known) = (files(), files(learned: ["garage": entry("garage", key.text)]))
            do throws(PairedPeer.Refusal) {
                _ = try PairedPeer(
                    key, called: "garage", named: nil, suite: .chaChaPoly, address: "192.0.2.7",
                    upAt: nil, from: nil, among: empty, and: empty)
                #expect(!isRefused)
            } catch {
                guard case .failed(let text) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(isRefused && text.hasPrefix("the site took shed out, and nothing is"))
                #expect(text.contains("all the same: intercomctl pair --yes;"))
            }
            let meant = try peer("garage", takesBack: true, used: empty, found: empty)
            #expect(meant.name == "garage")
            // One that is a peer again is paired anew.
            #expect(try peer("garage", used: known, found: known).name == "garage")
        }
    }

    private func secrets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(state)/keys").sorted()
    }

    @Test func mistakesThatSomebodyIsMakingKeepNobodyFromPairing() throws {
        let peer = try peer("garage", used: files(), found: files("[audio]\nprerol = 0\n"))
        #expect(peer.name == "garage")
    }

    @Test func aStationWithAllItsPeersTakesNoMore() throws {
        let full = files((1...31).map { entry("p\($0)") }.joined())
        #expect {
            _ = try peer("garage", used: full, found: full)
        } throws: { error in
            guard case .failed(let text)? = error as? PairedPeer.Refusal else { return false }
            return text.contains("nothing is changed")
        }
    }

    private func everything() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: state).filter { $0.contains(".") }
            .sorted()
    }

    @Test func whatCannotBeWrittenLeavesNothing() throws {
        let files = files()
        let peer = try peer("garage", used: files, found: files)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        // A file stands where the folder of the peers belongs.
        try Data().write(to: URL(filePath: "\(state)/peers.d"))
        #expect(throws: PairedPeer.Refusal.self) { try peer.prepare(psk: .random()) }
        #expect(try everything() == ["peers.d"])
        // The control: with the folder, both are there.
        try FileManager.default.removeItem(atPath: "\(state)/peers.d")
        try peer.prepare(psk: .random())
        try peer.commit(psk: .random())
        #expect(try everything() == ["keys/garage.psk", "peers.d", "peers.d/garage.conf"])
    }

    @Test func whatIsWithdrawnIsGone() throws {
        let files = files()
        let peer = try peer("garage", used: files, found: files)
        try peer.prepare(psk: .random())
        #expect(try everything() == ["keys/garage.psk", "peers.d", "peers.d/garage.conf.draft"])
        peer.withdraw()
        #expect(try everything() == ["peers.d"])
        #expect(throws: PairedPeer.Refusal.self) { try peer.commit(psk: .random()) }
    }

    /// A peer that is on no disk must not be told as one.
    @Test func withoutItsFolderItIsNotMadeAPeer() throws {
        let files = files()
        let peer = try peer("garage", used: files, found: files)
        try peer.prepare(psk: .random())
        try FileManager.default.removeItem(atPath: "\(state)/peers.d")
        #expect {
            try peer.commit(psk: .random())
        } throws: { error in
            guard case .unwritten(let why)? = error as? PairedPeer.Refusal else { return false }
            return why.description.contains("No such file")
        }
        #expect(try everything() == [])
    }

    /// Somebody adds a peer of that name by hand before the other station has finished.
    @Test func aWithdrawalSparesAPeerThatWasAddedMeanwhile() throws {
        let files = files()
        let peer = try peer("garage", used: files, found: files)
        try peer.prepare(psk: .random())
        let own = Key.random()
        try files.write(psk: own, of: "garage")
        try Data(entry("garage", more: "psk = file:garage.psk\n").utf8)
            .write(to: URL(filePath: "\(state)/peers.d/garage.conf"))
        peer.withdraw()
        #expect(try everything() == ["keys/garage.psk", "peers.d", "peers.d/garage.conf"])
        let isOwn = try KeyStore.psk(named: "garage.psk", paths).isEqual(to: own)
        #expect(isOwn)
    }

    @Test func whatADeadProgramHasPreparedIsRemoved() throws {
        let files = files()
        PairedPeer.removeLeftovers(files)
        for name in ["garage", "barn"] {
            try peer(name, used: files, found: files).prepare(psk: .random())
        }
        // A peer has become of one of them after all, under a psk of that name.
        let named = self.files(entry("x", more: "psk = file:barn.psk\n"))
        PairedPeer.removeLeftovers(named)
        #expect(try everything() == ["keys/barn.psk", "peers.d"])
        // One that died while it wrote a file has left that under another name.
        for file in [
            "peers.d/attic.conf.draft.new", "peers.d/loft.conf.draft", "keys/loft.psk.new",
        ] {
            try Data("[".utf8).write(to: URL(filePath: "\(state)/\(file)"))
        }
        PairedPeer.removeLeftovers(named)
        #expect(try everything() == ["keys/barn.psk", "peers.d"])
    }
}

extension PairedPeer {
    fileprivate func store(_ psk: borrowing Key) throws {
        try prepare(psk: psk)
        try commit(psk: psk)
    }
}
