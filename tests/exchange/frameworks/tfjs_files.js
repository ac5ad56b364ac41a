// tfjs_files.js NODE ours OURS [WORD]: TensorFlow.js opens the layers-models that `frameworks write` wrote into OURS.
// tfjs_files.js NODE theirs OURS THEIRS [WORD]: writes the same models with other weights into THEIRS for
// `frameworks read`, as TensorFlow.js does. NODE is the folder whose node_modules has TensorFlow.js.
const fs = require('fs');
const path = require('path');
const tf = require(path.join(path.resolve(process.argv[2]), 'node_modules', '@tensorflow/tfjs'));

const NEAR = 2e-5;  // of the largest number in an array

// ---- arrays ----------------------------------------------------------------------------------------------------------

const TYPES = {
    '<f4': [Float32Array, 'float32'], '<f8': [Float64Array, 'float32'], '<i4': [Int32Array, 'int32'],
    '<i8': [BigInt64Array, 'int32'], '|u1': [Uint8Array, 'int32'], '|b1': [Uint8Array, 'bool'],
};

function readArray(file) {
    const bytes = fs.readFileSync(file);
    const start = 10 + bytes.readUInt16LE(8);
    const header = bytes.toString('latin1', 10, start);
    const shape = header.match(/'shape': \(([^)]*)\)/)[1].split(',').filter(n => n.trim()).map(Number);
    const [Type, dtype] = TYPES[header.match(/'descr': '([^']*)'/)[1]];
    const values = Array.from(new Type(new Uint8Array(bytes.subarray(start)).buffer), Number);
    return tf.tensor(values, shape, dtype);
}

function writeArray(file, tensor) {
    const type = tensor.dtype === 'float32' ? '<f4' : '<i4';
    const shape = tensor.shape.join(', ') + (tensor.shape.length === 1 ? ',' : '');
    const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
    const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
    const start = Buffer.alloc(10);
    start.write('\x93NUMPY\x01\x00', 'latin1');
    start.writeUInt16LE(padded.length, 8);
    fs.writeFileSync(file, Buffer.concat([start, Buffer.from(padded), Buffer.from(tensor.dataSync().buffer)]));
}

function compare(what, got, expected) {
    if (got.shape.join() !== expected.shape.join()) throw Error(`${what} is ${got.shape}, expected ${expected.shape}`);
    const a = got.dataSync(), b = expected.dataSync();
    let largest = 0, apart = 0;
    for (let i = 0; i < b.length; i++) {
        largest = Math.max(largest, Math.abs(b[i]));
        const distance = Math.abs(a[i] - b[i]);
        apart = distance <= apart ? apart : distance;  // NaN is far away
    }
    if (!(apart <= NEAR * largest)) throw Error(`${what}: ${apart} apart, of ${largest} at most`);
}

// ---- models ----------------------------------------------------------------------------------------------------------

async function load(file) {
    const json = JSON.parse(fs.readFileSync(file, 'utf8'));
    const weights = json.weightsManifest.flatMap(group => group.weights);
    const bytes = Buffer.concat(json.weightsManifest.flatMap(group => group.paths)
        .map(name => fs.readFileSync(path.join(path.dirname(file), name))));
    return tf.loadLayersModel(tf.io.fromMemory({
        modelTopology: json.modelTopology, weightSpecs: weights, trainingConfig: json.trainingConfig,
        weightData: new Uint8Array(bytes).buffer,
    }));
}

async function save(model, folder) {
    await model.save(tf.io.withSaveHandler(async artifacts => {
        const json = {
            modelTopology: artifacts.modelTopology, format: artifacts.format, generatedBy: artifacts.generatedBy,
            convertedBy: artifacts.convertedBy,
            weightsManifest: [{paths: ['./model.weights.bin'], weights: artifacts.weightSpecs}],
        };
        fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(json));
        fs.writeFileSync(path.join(folder, 'model.weights.bin'), Buffer.from(artifacts.weightData));
        return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
    }));
}

const listOf = value => Array.isArray(value) ? value : [value];
const predict = (model, inputs) => listOf(model.predict(inputs.length === 1 ? inputs[0] : inputs));

function modelsIn(ours, word) {
    return fs.readdirSync(ours).sort().filter(name => name.includes(word)).map(name => {
        const folder = path.join(ours, name);
        const facts = JSON.parse(fs.readFileSync(path.join(folder, 'facts.json'), 'utf8'));
        const arrays = names => names.map(one => readArray(path.join(folder, one)));
        return {name, folder, facts, inputs: () => arrays(facts.inputs), outputs: () => arrays(facts.outputs)};
    });
}

async function open(one) {
    const model = await load(path.join(one.folder, 'model.json'));
    const expected = one.outputs();
    predict(model, one.inputs()).forEach((output, i) => compare(`output ${i}`, output, expected[i]));
}

async function write(one, theirs) {
    const model = await load(path.join(one.folder, 'model.json'));
    model.setWeights(model.getWeights().map(weight => weight.dtype === 'float32'
        ? weight.add(tf.randomNormal(weight.shape, 0, 0.1, 'float32', 7).square()) : weight));
    const folder = path.join(theirs, `tfjs_${one.name}`);
    fs.mkdirSync(folder, {recursive: true});
    await save(model, folder);
    const facts = {files: ['model.json'], architecture: {}};
    for (const [key, arrays] of [['inputs', one.inputs()], ['outputs', predict(model, one.inputs())]])
        facts[key] = arrays.map((array, i) => {
            writeArray(path.join(folder, `${key}${i}.npy`), array);
            return `${key}${i}.npy`;
        });
    fs.writeFileSync(path.join(folder, 'facts.json'), JSON.stringify(facts));
}

// ---- all of them -----------------------------------------------------------------------------------------------------

async function main() {
    const [what, ours, ...rest] = process.argv.slice(3);
    const word = (what === 'ours' ? rest[0] : rest[1]) || '';
    let passed = 0, failed = 0, skipped = 0;
    await tf.setBackend('cpu');
    for (const one of modelsIn(ours, word)) {
        if (!one.facts.files.includes('model.json')) {
            skipped++;
            if (what === 'ours') console.log(`skipped ${one.name}: ${one.facts.refused['model.json']}`);
            continue;
        }
        try {
            if (what === 'ours')
                await open(one);
            else
                await write(one, rest[0]);
            passed++;
        } catch (error) {
            failed++;
            console.log(`FAILED ${one.name}/model.json: ${String(error.message).replace(/\s+/g, ' ').slice(0, 400)}`);
        }
        tf.disposeVariables();
    }
    console.log(`tfjs_${what === 'ours' ? 'opens' : 'writes'}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.exit(failed === 0 ? 0 : 1);
}

main();
