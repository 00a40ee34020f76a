import GitObjects
import GitStore
import Patterns
import TestSupport
import Testing

@testable import Releases

@Suite("Checkout filters", .scratch(.memory))
struct CheckoutFilterTests {
    private static let attributes = [
        "", "text", "-text", "text=auto", "text=input", "text=odd", "eol=lf", "eol=crlf", "text eol=lf",
        "text eol=crlf",
        "-text eol=crlf", "text=auto eol=lf", "text=auto eol=crlf", "text=input eol=crlf", "crlf", "-crlf",
        "crlf=input",
        "crlf=auto eol=crlf", "text=auto -crlf", "!text crlf", "binary", "ident", "ident text", "ident text=auto",
        "ident eol=crlf", "ident text=auto eol=crlf", "ident text=auto eol=lf", "ident -text", "filter=lfs -text",
        "working-tree-encoding=UTF-16", "working-tree-encoding=UTF-16LE-BOM", "working-tree-encoding=utf-16be-bom",
        "working-tree-encoding=UTF16LE", "working-tree-encoding=UTF-16BE text eol=crlf", "working-tree-encoding=UTF-32",
        "working-tree-encoding=latin-1", "working-tree-encoding=ISO-8859-1 text=auto",
        "working-tree-encoding=SHIFT-JIS",
        "working-tree-encoding=utf8", "working-tree-encoding=UTF-8 eol=crlf", "working-tree-encoding=no-such-thing",
        "working-tree-encoding=ISO-2022-JP", "working-tree-encoding=UTF-7",
        "working-tree-encoding=", "working-tree-encoding=UTF-16 ident text=auto eol=crlf",
        "working-tree-encoding=latin1 ident", "working-tree-encoding=UTF-16 filter=lfs eol=crlf",
    ]

    private static let contents: [[UInt8]] = {
        var texts = [
            "", "a", "\n", "a\n", "a\nb", "a\nb\n", "a\r\nb\r\n", "a\r\nb\n", "a\nb\r\n", "a\rb\n", "a\r", "\r\n",
            "\n\n\n",
            "a\0b\n", "\u{1}\n", "a\u{1}\n", String(repeating: "x", count: 127) + "\u{1}\n",
            String(repeating: "x", count: 128) + "\u{1}\n", "a\n\u{1A}", "\u{1A}\n\u{1A}", "\u{7F}\n",
            "\t\u{8}\u{C}\u{1B}\n",
            "é ß\n", "日本語\n", "\u{1F600}\n", "\u{FEFF}bom\n", "a\r\r\n", "a\n\r", "\r\n\r\nx\n",
        ]
        let head = "$" + "Id"
        texts += [
            "\(head)$\n", "\(head)", "\(head):", "\(head)$", "\(head): $\n", "\(head):$\n", "$\(head)$\n", "$I\(head)$",
            "\(head)\(head)$\n",
            "\(head): 0123456789012345678901234567890123456789 $\n", "\(head): file.c,v 1.2 2001/01/01 x Exp $\n",
            "\(head):x y$\n", "\(head): x\ty$\n", "\(head): x y$\(head)$\n", "\(head): not closed\n$\n",
            "\(head): a$Id$ \(head)$",
            "a \(head)$ b \(head):c$ \(head): d $\r\nx\n", "\(head): x\0 y z$\n", "\(head):  $\n", "\(head): x $\n",
            "\(head):x $\n",
            "\(head): \n \(head)$", "\(head)x$ \(head)$", "\(head): \r$", "\(head): é ü$ä", "\(head): é$日\n",
            String(repeating: "y", count: 16383) + "\n" + String(repeating: "z", count: 16380) + "\(head)$\nend",
        ]
        return texts.map { Array($0.utf8) } + [
            [0xFF, 0xFE, 10], [0xC3, 10, 10], [0xE6, 0x97], Array(repeating: 10, count: 40000),
        ]
    }()

    /// Lays the contents once in a directory for each set of attributes, without passing any filter.
    private func makeRepository() throws -> GitFixture {
        let git = try GitFixture(at: Scratch.directory + "/repository")
        try TestFiles.makeDirectory(Scratch.directory + "/blobs")
        var lines: [UInt8] = []
        func add(_ path: String, _ content: [UInt8], _ number: Int) throws {
            let file = "\(Scratch.directory)/blobs/\(number)"
            if !TestFiles.exists(file) { try TestFiles.write(content, to: file) }
            let blob = try blobs[number] ?? git.git("hash-object", "-w", "--no-filters", file)
            blobs[number] = blob
            lines += Array("100644 \(blob)\t\(path)".utf8) + [0]
        }
        var blobs: [Int: String] = [:]
        for (number, words) in CheckoutFilterTests.attributes.enumerated() {
            try add("\(number)/.gitattributes", Array("f* \(words)\n".utf8), 1000 + number)
            for (index, content) in CheckoutFilterTests.contents.enumerated() {
                try add("\(number)/f\(index)", content, index)
            }
        }
        _ = try git.git("update-index", "-z", "--index-info", input: lines)
        return git
    }

    private func filter(_ words: String, _ config: ConfigValues) throws -> CheckoutFilter {
        let line = Array("f* \(words)\n".utf8)
        let path = Array("f".utf8)
        return try CheckoutFilter(AttributeRules(root: line.span).attributes(of: path.span), config)
    }

    private func bytes(_ filter: CheckoutFilter, _ content: [UInt8], _ blob: ObjectID) -> [UInt8] {
        switch filter.apply(to: content.span, of: blob) {
        case .unchanged: content
        case .changed(let bytes): bytes
        case .notEncoded(let bytes, _): bytes ?? content
        }
    }

    @Test(
        "every attribute, setting and content gives the bytes that git gives",
        arguments: ConfigValues.AutomaticConversion.allCases, ConfigValues.EndOfLine.allCases)
    func likeGit(automatic: ConfigValues.AutomaticConversion, endOfLine: ConfigValues.EndOfLine) throws {
        let git = try makeRepository()
        try TestFiles.makeDirectory(Scratch.directory + "/tree")
        let config = ConfigValues(automaticConversion: automatic, endOfLine: endOfLine)
        // It ends with 0 also where an encoding failed.
        _ = try git.git(
            "-c", "core.autocrlf=\(automatic.rawValue)", "-c", "core.eol=\(endOfLine.rawValue)", "-c",
            "core.bare=false",
            "--work-tree=\(Scratch.directory)/tree", "checkout", "-q", "-f", "--", ":/")
        var changed = 0
        let contents = CheckoutFilterTests.contents
        let names = try git.git(["ls-files", "-s", "0"]).split(separator: "\n")
        var blobs: [String: ObjectID] = [:]
        for line in names {
            let parts = line.split(separator: "\t")
            blobs[String(parts[1])] = ObjectID(parts[0].split(separator: " ")[1])
        }
        for (number, words) in CheckoutFilterTests.attributes.enumerated() {
            let filter = try filter(words, config)
            for (index, content) in contents.enumerated() {
                let blob = try #require(blobs["0/f\(index)"])
                let expected = try TestFiles.read("\(Scratch.directory)/tree/\(number)/f\(index)")
                let ours = bytes(filter, content, blob)
                changed += expected == content ? 0 : 1
                if ours != expected {
                    let text = String(decoding: content.prefix(80), as: UTF8.self).debugDescription
                    Issue.record("\(words) \(text): git \(expected.prefix(120)), ours \(ours.prefix(120))")
                }
                if filter.isIdentity { #expect(expected == content) }
            }
        }
        #expect(changed > 300)
    }

    @Test("an encoding without a name is refused, as git does", arguments: ["", "-"])
    func unnamedEncoding(mark: String) {
        #expect {
            try filter("\(mark)working-tree-encoding", ConfigValues())
        } throws: { error in
            "\(error)"
                == "cannot read the attribute working-tree-encoding: it names no encoding; write working-tree-encoding=NAME"
        }
    }

    @Test("text that the encoding lacks stays as it is, and the reason is told")
    func notEncoded() throws {
        let filter = try filter("working-tree-encoding=latin1 eol=crlf", ConfigValues())
        let blob = try #require(ObjectID(String(repeating: "0", count: 40)))
        let text = Array("日\n".utf8)
        guard case .notEncoded(let bytes, let error) = filter.apply(to: text.span, of: blob) else {
            Issue.record("it was encoded")
            return
        }
        #expect(bytes == Array("日\r\n".utf8))
        #expect("\(error)".hasPrefix("cannot write text in the encoding latin1: invalid or incomplete multibyte"))
    }

    @Test("without attributes the filter is the identity, known without a look at the bytes")
    func identity() throws {
        #expect(try filter("", ConfigValues()) == .identity)
        #expect(try filter("", ConfigValues(automaticConversion: .input)).isIdentity)
        #expect(try filter("text", ConfigValues()).isIdentity)
        #expect(try !filter("", ConfigValues(automaticConversion: .on)).isIdentity)
        #expect(try filter("filter=lfs diff=lfs -text", ConfigValues()).isIdentity)
    }

    @Test("filters that do different things have different fingerprints, and the same ones the same")
    func fingerprints() throws {
        var owners: [UInt32: CheckoutFilter] = [:]
        for words in CheckoutFilterTests.attributes {
            let filter = try filter(words, ConfigValues())
            #expect((filter.fingerprint == 0) == filter.isIdentity)
            if !filter.isIdentity { #expect(owners[filter.fingerprint, default: filter] == filter) }
            owners[filter.fingerprint] = filter
        }
        #expect(owners.count > 10)
        // Written down, since release indexes keep it.
        #expect(try filter("eol=crlf", ConfigValues()).fingerprint == 0x11c9_dc58)
    }
}
